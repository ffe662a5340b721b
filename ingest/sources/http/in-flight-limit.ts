import { CodedError } from '../../../platform/errors.ts'

/** Bounds the bytes of bodies that are being worked on, from decompression to Kafka's acknowledgement. */
export class InFlightLimit {
  private bytes = 0
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get inFlight(): number {
    return this.bytes
  }

  /** A single body larger than the limit is let in when it is alone. @throws CodedError `overloaded`. */
  enter(bytes: number): void {
    if (this.bytes > 0 && this.bytes + bytes > this.maxBytes) {
      throw new CodedError('overloaded', `${this.bytes} bytes are in flight, at most ${this.maxBytes}`)
    }
    this.bytes += bytes
  }

  leave(bytes: number): void {
    this.bytes -= bytes
  }
}

import { CodedError } from '../../../platform/errors.ts'

/**
 * Bounds the bytes that are held for senders, from the first byte of a body to Kafka's acknowledgement: in all, and half
 * of that for any one sender, so that nobody can keep the others out. A single request is let in when it is alone.
 */
export class InFlightLimit {
  private readonly maxBytes: number
  private readonly bySender = new Map<string, number>()
  private bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get inFlight(): number {
    return this.bytes
  }

  /** What one request holds; nothing yet. */
  lease(sender: string): InFlightLease {
    let own = 0
    return {
      grow: more => {
        const ofSender = this.bySender.get(sender) ?? 0
        if (this.bytes > own && this.bytes + more > this.maxBytes) {
          throw overloaded(`${this.bytes} bytes are in flight, at most ${this.maxBytes}`)
        }
        if (ofSender > own && ofSender + more > this.maxBytes / 2) {
          const most = `at most ${this.maxBytes / 2} for one sender`
          throw overloaded(`${ofSender} bytes of this sender are in flight, ${most}`)
        }
        own += more
        this.add(sender, more)
      },
      release: () => {
        this.add(sender, -own)
        own = 0
      },
    }
  }

  private add(sender: string, bytes: number): void {
    this.bytes += bytes
    const ofSender = (this.bySender.get(sender) ?? 0) + bytes
    if (ofSender > 0) this.bySender.set(sender, ofSender)
    else this.bySender.delete(sender)
  }
}

export interface InFlightLease {
  /** Call before or as the bytes appear. @throws CodedError `overloaded`: nothing was added. */
  grow(bytes: number): void
  release(): void
}

function overloaded(message: string): CodedError {
  return new CodedError('overloaded', message)
}

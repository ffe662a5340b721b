import type { IHeaders } from 'kafkajs'
import type { BatchContext } from './kafkajs-internals.ts'

/** The bytes of one record batch, decompressed, and what its records share. */
export interface RecordBlock {
  readonly bytes: Buffer
  readonly context: BatchContext
  /** `context.firstOffset` and `context.firstTimestamp`, exact. */
  readonly firstOffset: number
  readonly firstTimestamp: number
  /** The time of all records where the broker stamps them, otherwise undefined. */
  readonly appendedAt: string | undefined
}

/**
 * A message of kafkajs that makes its text and buffers when they are asked for: it has the properties that a message
 * has, as getters (so it cannot be spread), and says besides where its key and value lie in the fetched bytes.
 */
export class FetchedRecord {
  readonly block: RecordBlock
  readonly attributes: number
  readonly timestampDelta: number
  readonly offsetDelta: number
  /** -1 where there is no key. */
  readonly keyStart: number
  readonly keyEnd: number
  /** -1 where there is no value. */
  readonly valueStart: number
  readonly valueEnd: number
  private keyBytes: Buffer | null | undefined
  private valueBytes: Buffer | null | undefined
  private headerMap: IHeaders | undefined

  constructor(
    block: RecordBlock,
    attributes: number,
    timestampDelta: number,
    offsetDelta: number,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ) {
    this.block = block
    this.attributes = attributes
    this.timestampDelta = timestampDelta
    this.offsetDelta = offsetDelta
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueStart = valueStart
    this.valueEnd = valueEnd
    this.keyBytes = undefined
    this.valueBytes = undefined
    this.headerMap = undefined
  }

  /** The offset as a number, exact. */
  get position(): number {
    return this.block.firstOffset + this.offsetDelta
  }

  get offset(): string {
    return String(this.position)
  }

  get timestamp(): string {
    const { appendedAt, firstTimestamp } = this.block
    return appendedAt ?? String(firstTimestamp + this.timestampDelta)
  }

  get key(): Buffer | null {
    if (this.keyBytes === undefined) this.keyBytes = slice(this.block.bytes, this.keyStart, this.keyEnd)
    return this.keyBytes
  }

  get value(): Buffer | null {
    if (this.valueBytes === undefined)
      this.valueBytes = slice(this.block.bytes, this.valueStart, this.valueEnd)
    return this.valueBytes
  }

  /** Records with headers are decoded by kafkajs itself; here there are none. */
  get headers(): IHeaders {
    this.headerMap ??= {}
    return this.headerMap
  }

  get magicByte(): number {
    return this.block.context.magicByte
  }

  get isControlRecord(): boolean {
    return this.block.context.isControlBatch
  }

  get batchContext(): BatchContext {
    return this.block.context
  }
}

function slice(bytes: Buffer, start: number, end: number): Buffer | null {
  return start < 0 ? null : bytes.subarray(start, end)
}

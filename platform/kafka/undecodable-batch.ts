import type { Batch, IHeaders } from 'kafkajs'
import type { BatchContext } from './kafkajs-internals.ts'

/** Why a record batch cannot be read. */
export type BatchDefect =
  /** Compressed in a way that nobody here knows. */
  | 'unknown_codec'
  /** Its bytes are not those that were written, or not what their format says. */
  | 'damaged'
  /** It would expand to more than `largestBatchBytes`. */
  | 'too_large'
  /** Message format v0 or v1, which Kafka 4 writes no more, or one that does not exist yet. */
  | 'unknown_format'

/** A batch that would expand to more than this is set aside and not expanded. Kafka's producers stay far below. */
export const largestBatchBytes = 64 << 20

/**
 * Stands in a fetch for offsets without a message that anybody could be given. kafkajs takes it for a control record:
 * nobody is given it, and reading goes on after it.
 */
export class OffsetsWithoutMessage {
  /** The last of the offsets, exact up to 2^53. */
  readonly position: number
  readonly offset: string
  readonly batchContext: BatchContext
  readonly isControlRecord = true
  readonly attributes = 0
  readonly key = null
  readonly value = null
  readonly headers: IHeaders = {}

  constructor(last: bigint, batchContext: BatchContext) {
    this.position = Number(last)
    this.offset = String(last)
    this.batchContext = batchContext
  }

  get timestamp(): string {
    return this.batchContext.maxTimestamp
  }

  get magicByte(): number {
    return this.batchContext.magicByte
  }
}

/** A record batch that nobody can read: its offsets are passed over in its partition alone, and everybody says so. */
export class UndecodableBatch extends OffsetsWithoutMessage {
  readonly defect: BatchDefect
  /** For people. */
  readonly reason: string
  /** How many messages its header says it has. */
  readonly messages: number
  /** The batch as it was fetched, its header included. */
  readonly bytes: Buffer

  constructor(
    { last, messages, bytes }: { readonly last: bigint; readonly messages: number; readonly bytes: Buffer },
    batchContext: BatchContext,
    defect: BatchDefect,
    reason: string,
  ) {
    super(last, batchContext)
    this.messages = messages
    this.bytes = bytes
    this.defect = defect
    this.reason = reason
  }

  get firstPosition(): number {
    return Number(this.batchContext.firstOffset)
  }
}

/** What of a fetched batch nobody can read. Every consumer asks this; who keeps dead letters keeps these too. */
export function undecodableIn(
  batch: Pick<Batch, 'messages'> & MayBeUndecodable,
): readonly UndecodableBatch[] {
  return batch.undecodable ?? []
}

/** What fetched-batch.ts adds to a batch of kafkajs. */
interface MayBeUndecodable {
  readonly undecodable?: readonly UndecodableBatch[]
}

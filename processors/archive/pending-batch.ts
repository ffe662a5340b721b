import type { Batch } from 'kafkajs'
import { type UndecodableBatch, undecodableIn } from '../../platform/kafka/undecodable-batch.ts'

export interface LogPosition {
  readonly partition: number
  readonly offset: number
}

/** A message with where it stands: its partition and its place, which is the base of the log plus the offset. */
export interface LogMessage extends LogPosition {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Epoch ms as text, as Kafka gave it. */
  readonly timestamp: string
}

export interface BatchLimits {
  readonly rows: number
  readonly bytes: number
  /** How long the first message may wait, ms of wall time. */
  readonly ageMs: number
}

export const batchLimits: BatchLimits = { rows: 20_000, bytes: 8 << 20, ageMs: 1_000 }

/** A record batch that nobody can read, and where. */
export interface UnreadBatch {
  readonly partition: number
  readonly batch: UndecodableBatch
}

/** What a fetch has of one partition. */
export type Fetched = Pick<Batch, 'partition' | 'messages' | 'firstOffset' | 'lastOffset'>

/** What was fetched and is neither stored nor committed. */
export interface Waiting {
  /** In the order in which they came. */
  readonly messages: readonly LogMessage[]
  readonly unread: readonly UnreadBatch[]
  /** What was gone from the log before it was fetched. */
  readonly lost: readonly OffsetSpan[]
  /** What of each partition was fetched, messages or not, by partition. */
  readonly spans: readonly OffsetSpan[]
}

/** What of one topic waits to be written. */
export class PendingBatch {
  private messages: LogMessage[] = []
  private unread: UnreadBatch[] = []
  private lost: OffsetSpan[] = []
  private spans = new Map<number, OffsetSpan>()
  private bytes = 0

  get rows(): number {
    return this.messages.length
  }

  get isEmpty(): boolean {
    return this.spans.size === 0
  }

  /** These offsets were gone; more of the partition follows. */
  lose(span: OffsetSpan): void {
    this.lost.push(span)
  }

  /**
   * @param next offset: what lies below it was taken before
   * @param base of the log: what is added to an offset to have a place
   */
  add(fetched: Fetched, next = 0, base = 0): void {
    const { partition } = fetched
    for (const { offset, key, value, timestamp } of fetched.messages) {
      if (Number(offset) < next) continue
      this.messages.push({ partition, offset: base + Number(offset), key, value, timestamp })
      this.bytes += value?.length ?? 0
    }
    for (const batch of undecodableIn(fetched)) {
      this.unread.push({ partition, batch })
      this.bytes += batch.bytes.length
    }
    const from = this.spans.get(partition)?.from ?? Math.max(next, Number(fetched.firstOffset()))
    this.spans.set(partition, { partition, from, through: Number(fetched.lastOffset()) + 1 })
  }

  isFull(limits: BatchLimits): boolean {
    return this.rows >= limits.rows || this.bytes >= limits.bytes
  }

  /** Everything that waits; nothing waits afterwards. */
  take(): Waiting {
    const { messages, unread, lost, spans } = this
    this.messages = []
    this.unread = []
    this.lost = []
    this.spans = new Map()
    this.bytes = 0
    return { messages, unread, lost, spans: [...spans.values()].sort(byPartition) }
  }
}

export interface OffsetSpan {
  readonly partition: number
  readonly from: number
  /** One past the last. */
  readonly through: number
}

/** What of each partition the messages cover, by partition. */
export function spansOf(messages: readonly LogPosition[]): readonly OffsetSpan[] {
  const spans = new Map<number, { partition: number; from: number; through: number }>()
  for (const { partition, offset } of messages) {
    const span = spans.get(partition)
    if (!span) spans.set(partition, { partition, from: offset, through: offset + 1 })
    else if (offset < span.from) span.from = offset
    else if (offset >= span.through) span.through = offset + 1
  }
  return [...spans.values()].sort(byPartition)
}

function byPartition(left: OffsetSpan, right: OffsetSpan): number {
  return left.partition - right.partition
}

import type { KafkaMessage } from 'kafkajs'

export interface LogPosition {
  readonly partition: number
  readonly offset: number
}

/** A message with where it stands in the log. */
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

/** Messages of one topic that wait to be written, in the order in which they came. */
export class PendingBatch {
  private messages: LogMessage[] = []
  private bytes = 0

  get rows(): number {
    return this.messages.length
  }

  add(partition: number, messages: readonly KafkaMessage[]): void {
    for (const { offset, key, value, timestamp } of messages) {
      this.messages.push({ partition, offset: Number(offset), key, value, timestamp })
      this.bytes += value?.length ?? 0
    }
  }

  isFull(limits: BatchLimits): boolean {
    return this.rows >= limits.rows || this.bytes >= limits.bytes
  }

  /** Everything that waits; nothing waits afterwards. */
  take(): readonly LogMessage[] {
    const { messages } = this
    this.messages = []
    this.bytes = 0
    return messages
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
  return [...spans.values()].sort((left, right) => left.partition - right.partition)
}

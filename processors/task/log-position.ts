import type { Standing } from '../../platform/ready/log-lag.ts'

/**
 * Where in the log of a partition a consumer stands, and whether what kafkajs delivers is what comes next there. It may be
 * of another time: between kafkajs reading the committed offset and us reading it another member may have moved it, and a
 * batch that was fetched before a rebalance may be delivered after it.
 */
export class LogPosition {
  private expected: number
  /** Where the consumer was sent back to, last. */
  private sought = -1

  /** @param start the offset from which the log has to be read */
  constructor(start: number) {
    this.expected = start
  }

  /** The offset that the next batch must not begin above. */
  get next(): number {
    return this.expected
  }

  /**
   * Whether a batch that begins at `first` may be processed. If it is ahead, the consumer has to go back to `next`; what
   * begins above it then too has nothing before it in the log any more.
   */
  place(first: number): 'next' | 'ahead' | 'after a gap' {
    if (first <= this.expected) return 'next'
    if (this.sought === this.expected) return 'after a gap'
    this.sought = this.expected
    return 'ahead'
  }

  /** Everything up to and including this offset has been processed. */
  advance(last: number): void {
    this.expected = Math.max(this.expected, last + 1)
  }
}

/** Positions in the partitions of one topic, as readiness takes them. */
export function standingsOf(topic: string, positions: ReadonlyMap<number, LogPosition>): readonly Standing[] {
  return [...positions].map(([partition, { next }]) => ({ topic, partition, next }))
}

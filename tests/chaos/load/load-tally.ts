import type { Item } from './schedule.ts'

export interface LoadReport {
  /** Items, each counted once however often its request was repeated. */
  readonly sent: number
  readonly accepted: number
  /** By code. */
  readonly rejected: Readonly<Record<string, number>>
  /** Accepted items that repeat or contradict one that was sent before. */
  readonly duplicates: number
  /** Accepted items whose event time lay more than 2 s back when they were acknowledged. */
  readonly late: number
  /** Requests that were sent again because there was no 202. */
  readonly retried: number
}

const lateMs = 2_000

/** Counts what became of the items. */
export class LoadTally {
  /** The newest event time that was accepted, epoch ms; 0 before the first. */
  newestEventTime = 0
  private readonly counts = { sent: 0, accepted: 0, duplicates: 0, late: 0 }
  private readonly rejected = new Map<string, number>()

  sent(items: number): void {
    this.counts.sent += items
  }

  rejectedAs(code: string): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + 1)
  }

  accepted(items: readonly Item[], nowMs: number): void {
    for (const { kind, eventTime } of items) {
      this.counts.accepted++
      if (kind === 'repeated' || kind === 'contradicted') this.counts.duplicates++
      if (eventTime < nowMs - lateMs) this.counts.late++
      if (eventTime > this.newestEventTime) this.newestEventTime = eventTime
    }
  }

  report(retried: number): LoadReport {
    return { ...this.counts, rejected: Object.fromEntries(this.rejected), retried }
  }
}

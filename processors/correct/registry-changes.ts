import type { RecordId } from '../../schemas/records/record.ts'

/** Changes come in crowds: a list of assets is registered, a file is replayed. Looked at once none came for so long, ms… */
const settleMs = 1_000
/** …or when the first one is so old, ms. */
const longestWaitMs = 5_000
/** Looked at once more: whoever had not heard of the change until then may have told windows as they were expected before. */
const againMs = 60_000

/**
 * Record types of which the asset registry expects something else, and from when on: -Infinity where it always did. Pure: it is
 * told changes and what time it is, and gives each out twice.
 */
export class RegistryChanges {
  private readonly fresh = new Map<RecordId, number>()
  private readonly seen = new Map<RecordId, { readonly from: number; readonly at: number }>()
  private readonly due = new Map<RecordId, number>()
  private first = Number.POSITIVE_INFINITY
  private last = Number.NEGATIVE_INFINITY

  /** @param from epoch ms @param now wall time, ms */
  note(record: RecordId, from: number, now: number): void {
    lower(this.fresh, record, from)
    this.first = Math.min(this.first, now)
    this.last = now
  }

  /** The next one that is due; it is not given out again but with `rest`. */
  take(now: number): readonly [RecordId, number] | undefined {
    if (now - this.last >= settleMs || now - this.first >= longestWaitMs) this.release(now)
    for (const [record, { from, at }] of this.seen) {
      if (at > now) continue
      this.seen.delete(record)
      lower(this.due, record, from)
    }
    const [next] = this.due
    if (next) this.due.delete(next[0])
    return next
  }

  /** What was taken is not done from here on. */
  rest(record: RecordId, from: number): void {
    lower(this.due, record, from)
  }

  private release(now: number): void {
    for (const [record, from] of this.fresh) {
      lower(this.due, record, from)
      const again = Math.min(from, this.seen.get(record)?.from ?? from)
      this.seen.set(record, { from: again, at: now + againMs })
    }
    this.fresh.clear()
    this.first = Number.POSITIVE_INFINITY
  }
}

function lower(times: Map<RecordId, number>, record: RecordId, from: number): void {
  times.set(record, Math.min(from, times.get(record) ?? from))
}

import type { RecordId } from '../../schemas/records/record.ts'
import type { LateNotice } from '../windows/partial.ts'

/** A window that has to be computed again, and what has to be stored before. */
export interface PendingWindow {
  readonly record: RecordId
  readonly windowStart: number
  readonly sizeMs: number
  /** Counties that readings came late for. */
  readonly counties: ReadonlySet<string>
  /** By input partition: the archive must hold the log up to here, exclusive. */
  readonly through: ReadonlyMap<number, number>
  /** Assets may have been counted in two partitions: the counties are computed again even if nothing came late. */
  readonly anew: boolean
}

export interface PendingLimits {
  /** A window is computed again once no notice came for it for this long, ms… */
  readonly settleMs: number
  /** …or when its first notice is this old, ms. */
  readonly longestWaitMs: number
}

interface Entry extends PendingWindow {
  readonly counties: Set<string>
  readonly through: Map<number, number>
  anew: boolean
  /** Where the first notice stands in kpi.late. */
  readonly latePartition: number
  firstOffset: number
  since: number
  last: number
  /** Put back: not to be tried again before. */
  notBefore: number
}

/**
 * Late notices, gathered by window: a thousand late readings of one window are one correction. Pure: it is told notices
 * in the order of the log and what time it is. A notice counts as done only once its window was corrected after it.
 */
export class PendingCorrections {
  private readonly limits: PendingLimits
  private readonly waiting = new Map<string, Entry>()
  private readonly taken = new Map<string, Entry>()
  private readonly positions = new Map<number, number>()

  constructor(limits: PendingLimits) {
    this.limits = limits
  }

  /** Windows that wait or are being computed. */
  get size(): number {
    return new Set([...this.waiting.keys(), ...this.taken.keys()]).size
  }

  /** When the oldest notice came that is not done, epoch ms. */
  get oldestSince(): number | undefined {
    const all = [...this.waiting.values(), ...this.taken.values()]
    return all.length === 0 ? undefined : Math.min(...all.map(entry => entry.since))
  }

  accept(latePartition: number, offset: number, record: RecordId, notice: LateNotice, now: number): void {
    this.positions.set(latePartition, offset + 1)
    const key = keyOf(record, notice.window_start)
    const entry: Entry = this.waiting.get(key) ?? {
      record,
      windowStart: notice.window_start,
      sizeMs: notice.window_ms,
      counties: new Set(),
      through: new Map(),
      anew: false,
      latePartition,
      firstOffset: offset,
      since: now,
      last: now,
      notBefore: now,
    }
    this.waiting.set(key, entry)
    entry.last = now
    entry.anew ||= notice.noticed_by === 'repartition'
    entry.counties.add(notice.county)
    const through = Math.max(notice.through_offset, entry.through.get(notice.partition) ?? 0)
    entry.through.set(notice.partition, through)
  }

  /** Skips a message that is not a notice. */
  skip(latePartition: number, offset: number): void {
    this.positions.set(latePartition, offset + 1)
  }

  /** Windows that are due, those that wait longest first; each has to be given back with `done` or `putBack`. */
  take(now: number, atMost: number): PendingWindow[] {
    const { settleMs, longestWaitMs } = this.limits
    const due = [...this.waiting.entries()].filter(
      ([key, entry]) =>
        !this.taken.has(key) &&
        now >= entry.notBefore &&
        (now - entry.last >= settleMs || now - entry.since >= longestWaitMs),
    )
    due.sort(([, left], [, right]) => left.since - right.since)
    const chosen = due.slice(0, atMost)
    for (const [key, entry] of chosen) {
      this.waiting.delete(key)
      this.taken.set(key, entry)
    }
    return chosen.map(([, entry]) => entry)
  }

  /** What was said of the window is acknowledged. */
  done({ record, windowStart }: PendingWindow): void {
    this.taken.delete(keyOf(record, windowStart))
  }

  /** It could not be computed yet: it is due again after a while. */
  putBack({ record, windowStart }: PendingWindow, now: number): void {
    const key = keyOf(record, windowStart)
    const entry = this.taken.get(key)
    if (!entry) return
    this.taken.delete(key)
    const newer = this.waiting.get(key)
    for (const county of newer?.counties ?? []) entry.counties.add(county)
    for (const [partition, through] of newer?.through ?? []) {
      entry.through.set(partition, Math.max(through, entry.through.get(partition) ?? 0))
    }
    entry.anew ||= newer?.anew ?? false
    entry.notBefore = now + this.limits.settleMs
    this.waiting.set(key, entry)
  }

  /** By partition of kpi.late: everything below is done. */
  committable(): ReadonlyMap<number, number> {
    const offsets = new Map(this.positions)
    for (const { latePartition, firstOffset } of [...this.waiting.values(), ...this.taken.values()]) {
      offsets.set(latePartition, Math.min(firstOffset, offsets.get(latePartition) ?? firstOffset))
    }
    return offsets
  }
}

function keyOf(record: RecordId, windowStart: number): string {
  return `${record}|${windowStart}`
}

import type { RecordId } from '../../schemas/records/record.ts'
import type { Reason } from '../regional/regional-message.ts'
import { type LateNotice, speaksOfEveryWindow } from '../windows/partial.ts'

/** A window that has to be computed again, and what has to be stored before. */
export interface PendingWindow {
  readonly record: RecordId
  readonly windowStart: number
  readonly sizeMs: number
  /** Counties that readings came late for. */
  readonly counties: ReadonlySet<string>
  /** By input partition: the archive must hold the log up to here, exclusive. */
  readonly through: ReadonlyMap<number, number>
  /**
   * `repartition`: assets may have been counted in two partitions, so the counties are computed again even if nothing came
   * late. `restored`: its readings were lost by ClickHouse and stored again.
   */
  readonly reason: CorrectionReason
  /** Stands for all windows of the record from here on: to be given to `spread`. */
  readonly every: Slice | undefined
}

/** Windows that are looked at together. */
export interface Slice {
  /** Epoch ms; -Infinity for the oldest. */
  readonly from: number
  /** How many that follow one another. */
  readonly windows: number
}

/** Readings of most record types lie close together, those of events may be hours apart: then slices grow. */
const firstSlice: Slice = { from: Number.NEGATIVE_INFINITY, windows: 500 }
const fewWindows = 50

/** The slice that follows one in which so many windows were found. @param from where it begins, epoch ms */
export function nextSlice({ windows }: Slice, from: number, found: number): Slice {
  return { from, windows: found < fewWindows ? windows * 4 : firstSlice.windows }
}

export type CorrectionReason = Exclude<Reason, 'recompute'>

/** A window that a notice of all windows means, and what of it has to be looked at. */
export interface UnseenWindow {
  readonly windowStart: number
  readonly counties: readonly string[]
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
  reason: CorrectionReason
  every: Slice | undefined
  /** Where the first notices stand in kpi.late, by its partitions. */
  readonly firsts: Map<number, number>
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
    const entry = this.waitingFor(record, notice.window_start, notice.window_ms, now)
    if (!entry.firsts.has(latePartition)) entry.firsts.set(latePartition, offset)
    entry.last = now
    entry.reason = weightier(entry.reason, reasonOf(notice))
    if (speaksOfEveryWindow(notice)) entry.every = firstSlice
    else entry.counties.add(notice.county)
    raise(entry.through, notice.partition, notice.through_offset)
  }

  /**
   * Puts windows in the place of one that stands for all; its notice is done once they are.
   * @param next those that are to be looked at next; undefined when all were
   */
  spread(every: PendingWindow, windows: readonly UnseenWindow[], next: Slice | undefined, now: number): void {
    const taken = this.taken.get(keyOf(every.record, every.windowStart))
    if (!taken) return
    for (const { windowStart, counties } of windows) {
      const entry = this.waitingFor(every.record, windowStart, every.sizeMs, now)
      for (const [partition, offset] of taken.firsts) lower(entry.firsts, partition, offset)
      for (const [partition, through] of taken.through) raise(entry.through, partition, through)
      for (const county of counties) entry.counties.add(county)
      entry.reason = weightier(entry.reason, taken.reason)
    }
    taken.every = next
    if (next === undefined) this.done(every)
    else this.putBack(every, now, 0)
  }

  /** A window of which the registry expects something else than is stored; no notice stands for it. */
  reexpect(record: RecordId, windowStart: number, sizeMs: number, now: number): void {
    const known = this.waiting.has(keyOf(record, windowStart))
    const entry = this.waitingFor(record, windowStart, sizeMs, now)
    if (!known) entry.reason = 'registry'
  }

  /** Where the first windows begin that no notice stands for and that are not done, epoch ms, by record type. */
  reexpected(): ReadonlyMap<RecordId, number> {
    const first = new Map<RecordId, number>()
    for (const { record, windowStart, firsts } of [...this.waiting.values(), ...this.taken.values()]) {
      if (firsts.size === 0) first.set(record, Math.min(windowStart, first.get(record) ?? windowStart))
    }
    return first
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
  putBack({ record, windowStart }: PendingWindow, now: number, waitMs = this.limits.settleMs): void {
    const key = keyOf(record, windowStart)
    const entry = this.taken.get(key)
    if (!entry) return
    this.taken.delete(key)
    const newer = this.waiting.get(key)
    for (const county of newer?.counties ?? []) entry.counties.add(county)
    for (const [partition, through] of newer?.through ?? []) raise(entry.through, partition, through)
    for (const [partition, offset] of newer?.firsts ?? []) lower(entry.firsts, partition, offset)
    if (newer) entry.reason = weightier(entry.reason, newer.reason)
    if (newer?.every !== undefined) entry.every = newer.every
    entry.notBefore = now + waitMs
    this.waiting.set(key, entry)
  }

  /** By partition of kpi.late: everything below is done. */
  committable(): ReadonlyMap<number, number> {
    const offsets = new Map(this.positions)
    for (const { firsts } of [...this.waiting.values(), ...this.taken.values()]) {
      for (const [partition, offset] of firsts) lower(offsets, partition, offset)
    }
    return offsets
  }

  private waitingFor(record: RecordId, windowStart: number, sizeMs: number, now: number): Entry {
    const key = keyOf(record, windowStart)
    const known = this.waiting.get(key)
    if (known) return known
    const entry: Entry = {
      record,
      windowStart,
      sizeMs,
      counties: new Set(),
      through: new Map(),
      reason: 'late',
      every: undefined,
      firsts: new Map(),
      since: now,
      last: now,
      notBefore: now,
    }
    this.waiting.set(key, entry)
    return entry
  }
}

function reasonOf({ noticed_by }: LateNotice): CorrectionReason {
  if (noticed_by === 'repartition') return 'repartition'
  return noticed_by === 'archive' ? 'restored' : 'late'
}

/** The one of two reasons that explains more: readings that are counted once less, readings that came back, readings more. */
function weightier(left: CorrectionReason, right: CorrectionReason): CorrectionReason {
  return reasons.find(reason => reason === left || reason === right) ?? left
}
const reasons: readonly CorrectionReason[] = ['repartition', 'restored', 'late', 'registry']

function raise(offsets: Map<number, number>, partition: number, offset: number): void {
  offsets.set(partition, Math.max(offset, offsets.get(partition) ?? offset))
}

function lower(offsets: Map<number, number>, partition: number, offset: number): void {
  offsets.set(partition, Math.min(offset, offsets.get(partition) ?? offset))
}

function keyOf(record: RecordId, windowStart: number): string {
  return `${record}|${windowStart}`
}

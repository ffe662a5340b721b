import type { Below } from '../../schemas/clickhouse/census/census-sources.ts'
import { yearStart } from '../../schemas/clickhouse/census-sql.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { CensusWindow } from './census-messages.ts'

export interface AgendaOptions {
  /** Length of a window, ms of event time. */
  readonly sizeMs: number
  /** So many windows are computed again when readings come late, and are made up for after a pause. */
  readonly windowsKept: number
  /** Late readings are gathered for this long, ms of the clock: one revision for all of them. */
  readonly settleMs: number
  /** Older windows computed by one query. */
  readonly windowsAtOnce: number
}

/** What ClickHouse already has of a census. */
export interface KnownWindows {
  /** Starts of the first and the last window ever stored, epoch ms; null while there is none. */
  readonly ever: { readonly first: number; readonly last: number } | null
  /** What the stored windows include, by start; those too old to be computed again may be left out. */
  readonly windows: ReadonlyMap<number, Below>
}

/** Messages of one partition whose event_time lies in one window. */
export interface Arrivals {
  readonly record: RecordId
  readonly partition: number
  readonly windowStart: number
  readonly lastOffset: number
  readonly messages: number
}

/** Windows to compute next: neighbours, oldest first, of one year. */
export interface Batch {
  /** `newest`: one that has just ended, so nobody can have computed it long ago; `older`: all others. */
  readonly kind: 'newest' | 'older'
  readonly windows: readonly CensusWindow[]
}

/**
 * Decides which windows of a census are computed next. A window is computed once when it has ended, and again when
 * something arrives that belongs before its end and stands in the log above what the window includes.
 * Pure: it is told the time and what arrived, and told when windows are done.
 */
export class CensusAgenda {
  private readonly options: AgendaOptions
  /** What every window includes that was computed, by start. */
  private readonly computed: Map<number, Below>
  /** Ended, and never computed. */
  private readonly missing = new Set<number>()
  /** To be computed again: the round under way, and what was noticed since it began. */
  private round = new Set<number>()
  private noticed = new Set<number>()
  private noticedAt = 0
  private readonly first: number
  /** End of the newest window that may be computed. */
  private opened: number

  /** @param now epoch ms: the first census ever begins with the newest window that has ended */
  constructor(options: AgendaOptions, known: KnownWindows, now: number) {
    const { sizeMs } = options
    const { windows, ever } = known
    this.options = options
    this.computed = new Map(windows)
    const next = ever ? ever.last + sizeMs : this.endAt(now) - sizeMs
    this.opened = least(windows.keys()) ?? next
    this.first = ever?.first ?? this.opened
  }

  /** End of the newest window that has ended and was not opened yet; null when there is none. */
  due(now: number): number | null {
    const end = this.endAt(now)
    return end > this.opened ? end : null
  }

  /** End of the window that becomes due next, epoch ms. */
  get nextDue(): number {
    return this.opened + this.options.sizeMs
  }

  /** Everything before `end` may be computed now. Returns how many windows are too long ago and are left out. */
  open(end: number): number {
    const { sizeMs } = this.options
    const oldest = this.oldestKept(end)
    let leftOut = 0
    for (let start = this.opened; start < end; start += sizeMs) {
      if (this.computed.has(start)) continue
      if (start < oldest) leftOut += 1
      else this.missing.add(start)
    }
    this.opened = end
    for (const start of this.missing) if (start < oldest) leftOut += 1
    for (const windows of [this.computed, this.missing, this.round, this.noticed]) {
      for (const start of windows.keys()) if (start < oldest) windows.delete(start)
    }
    return leftOut
  }

  /** Arrivals matter only before this moment, epoch ms: what comes later belongs to windows not computed yet. */
  get horizon(): number {
    const newest = greatest(this.computed.keys())
    return newest === undefined ? this.opened : newest + this.options.sizeMs
  }

  /** Start of the oldest window that is computed again, epoch ms. */
  get oldest(): number {
    return this.oldestKept(this.horizon)
  }

  /**
   * Takes what arrived. Returns how many messages came late, for the window of their own event_time, and how many of
   * them belong to windows that were computed but are not computed again, being too long ago.
   */
  notice(arrivals: readonly Arrivals[], now: number): { readonly late: number; readonly tooLate: number } {
    const { oldest } = this
    const first = least(this.computed.keys()) ?? 0
    const own = (start: number) => this.computed.get(Math.max(start, first))
    const late = arrivals.filter(arrival => lacks(own(arrival.windowStart), arrival))
    // A window needs what belongs to it or to a window before it.
    const ordered = arrivals.toSorted((left, right) => left.windowStart - right.windowStart)
    const affected = [...this.computed].filter(([start]) => start >= (ordered[0]?.windowStart ?? Infinity))
    const last = new LastOffsets()
    let taken = 0
    for (const [start, below] of affected.sort(([left], [right]) => left - right)) {
      for (let one = ordered[taken]; one && one.windowStart <= start; one = ordered[taken]) {
        last.take(one)
        taken += 1
      }
      if (last.reachAbove(below)) this.note(start, now)
    }
    const tooLate = late.filter(({ windowStart }) => windowStart < oldest && this.first < oldest)
    return { late: messagesOf(late), tooLate: messagesOf(tooLate) }
  }

  /** The window that has just ended, while it was never computed. */
  get newest(): Batch | null {
    const newest = this.opened - this.options.sizeMs
    return this.missing.has(newest) ? { kind: 'newest', windows: [this.windowAt(newest)] } : null
  }

  /**
   * The oldest of all other windows to be computed, for the first time or again, that start at `last` or before; null
   * when nothing is to be done yet. The oldest, so that all get their turn, however many become due meanwhile.
   */
  older(now: number, last = Infinity): Batch | null {
    const settled = now - this.noticedAt >= this.options.settleMs
    if (this.round.size === 0 && this.noticed.size > 0 && settled) {
      this.round = this.noticed
      this.noticed = new Set()
    }
    const wanted = new Set([...this.missing, ...this.round])
    for (const start of wanted) if (start > last) wanted.delete(start)
    for (const { start } of this.newest?.windows ?? []) wanted.delete(start)
    const oldest = least(wanted)
    return oldest === undefined ? null : { kind: 'older', windows: this.span(oldest, wanted) }
  }

  /** Whether nothing is to be done until the next window ends or something arrives. */
  isIdle(now: number): boolean {
    return this.due(now) === null && this.missing.size === 0 && this.round.size === 0
  }

  /** The windows were computed, and include everything below. */
  done(windows: readonly CensusWindow[], below: Below): void {
    for (const { start } of windows) {
      this.computed.set(start, below)
      this.missing.delete(start)
      this.round.delete(start)
      // Positions only grow: what was noticed before is included too.
      this.noticed.delete(start)
    }
  }

  /** Windows that wait to be computed, for the first time and again. */
  get waiting(): { readonly missing: number; readonly late: number } {
    return { missing: this.missing.size, late: new Set([...this.round, ...this.noticed]).size }
  }

  private note(start: number, now: number): void {
    if (this.noticed.size === 0) this.noticedAt = now
    this.noticed.add(start)
  }

  /** From a window on, so many of the same year; where some between wanted ones are not, they cost next to nothing. */
  private span(oldest: number, wanted: ReadonlySet<number>): readonly CensusWindow[] {
    const { sizeMs, windowsAtOnce } = this.options
    const starts = Array.from({ length: windowsAtOnce }, (_, i) => oldest + i * sizeMs)
    const year = yearStart(oldest + sizeMs)
    const last = starts.findLast(start => wanted.has(start) && yearStart(start + sizeMs) === year) ?? oldest
    return starts.filter(start => start <= last).map(start => this.windowAt(start))
  }

  private windowAt(start: number): CensusWindow {
    return { start, end: start + this.options.sizeMs }
  }

  private endAt(now: number): number {
    return Math.floor(now / this.options.sizeMs) * this.options.sizeMs
  }

  private oldestKept(end: number): number {
    return end - this.options.windowsKept * this.options.sizeMs
  }
}

/** The last offset of every partition so far. */
class LastOffsets {
  private readonly byPartition = new Map<string, Arrivals>()

  take(arrival: Arrivals): void {
    const key = `${arrival.record}/${arrival.partition}`
    const held = this.byPartition.get(key)
    if (!held || held.lastOffset < arrival.lastOffset) this.byPartition.set(key, arrival)
  }

  reachAbove(below: Below): boolean {
    return [...this.byPartition.values()].some(arrival => lacks(below, arrival))
  }
}

/** Whether a window that includes everything below lacks one of the messages. */
function lacks(below: Below | undefined, { record, partition, lastOffset }: Arrivals): boolean {
  return below !== undefined && lastOffset >= (below.get(record)?.get(partition) ?? 0)
}

function least(numbers: Iterable<number>): number | undefined {
  let found: number | undefined
  for (const number of numbers) if (found === undefined || number < found) found = number
  return found
}

function greatest(numbers: Iterable<number>): number | undefined {
  let found: number | undefined
  for (const number of numbers) if (found === undefined || number > found) found = number
  return found
}

function messagesOf(arrivals: readonly Arrivals[]): number {
  return arrivals.reduce((sum, { messages }) => sum + messages, 0)
}

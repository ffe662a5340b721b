import type { RecordId } from '../../../schemas/records/record.ts'
import { addTallies, type Chunk, emptyTally, type Look, type Series, type Tally } from '../checks/look.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import { type Standstill, standstills } from '../progress/standstill.ts'
import type { IsNoticed } from '../progress/waiting.ts'
import type { Case } from './settle.ts'
import { spansOf } from './spans-of.ts'
import { progressed, type Suspect, seenAgain, subjectOf, suspectOf } from './suspect.ts'

export interface WindowsCaseOptions {
  readonly lookAt: (chunk: Chunk, progress: LogProgress) => Promise<Look>
  readonly pendingNotices: (progress: LogProgress) => Promise<IsNoticed>
  /** Before anything was looked at. */
  readonly first: LogProgress
  /** Wall time, ms. */
  readonly now: () => number
}

/** Windows looked at again by one query. */
const windowsAtOnce = 500

/** Every window of the audit: those that are as they should be as numbers, the others one by one. */
export class WindowsCase implements Case {
  private readonly options: WindowsCaseOptions
  private readonly tallies = new Map<RecordId, Tally>()
  private readonly found = new Map<Series, Map<number, Suspect>>()
  private standing: readonly Standstill[] = []

  constructor(options: WindowsCaseOptions) {
    this.options = options
  }

  /** Takes what the first look at some windows gave. */
  add(series: Series, look: Look): void {
    const { first, now } = this.options
    this.count(series, look.clean)
    for (const window of look.windows) this.put(suspectOf(series, window, first, now()))
  }

  get suspects(): readonly Suspect[] {
    return [...this.found.values()].flatMap(windows => [...windows.values()])
  }

  /** Why windows stay open that should not. */
  get standstills(): readonly Standstill[] {
    return this.standing
  }

  /** What was looked at of a record type, with what was seen last of the windows that differ. */
  tallyOf(record: RecordId): Tally {
    return this.suspects
      .filter(({ series }) => series.record === record)
      .reduce((sum, { look }) => addTallies(sum, look.tally), this.tallies.get(record) ?? emptyTally)
  }

  async round(progress: LogProgress): Promise<boolean> {
    const { first, now, pendingNotices } = this.options
    const isNoticed = this.suspects.some(atCorrections) ? await pendingNotices(progress) : () => undefined
    for (const suspect of this.suspects) this.put(progressed(suspect, progress, isNoticed, now()))
    for (const [series, windows] of this.found) await this.lookAgain(series, windows, progress)
    const open = this.suspects.filter(({ state }) => state.kind === 'open')
    this.standing = standstills(first, progress, open.map(subjectOf))
    return !this.suspects.some(isUndecided) && this.standing.length === 0
  }

  private async lookAgain(
    series: Series,
    windows: ReadonlyMap<number, Suspect>,
    progress: LogProgress,
  ): Promise<void> {
    const { lookAt, now } = this.options
    const undecided = [...windows.values()].filter(isUndecided)
    undecided.sort((left, right) => left.look.windowStart - right.look.windowStart)
    for (let at = 0; at < undecided.length; at += windowsAtOnce) {
      const part = undecided.slice(at, at + windowsAtOnce)
      const starts = part.map(({ look }) => look.windowStart)
      const look = await lookAt({ series, spans: spansOf(starts, series.sizeMs) }, progress)
      const seen = new Map(look.windows.map(window => [window.windowStart, window]))
      this.count(series, look.clean)
      for (const suspect of part) {
        const { windowStart } = suspect.look
        const next = seenAgain(suspect, seen.get(windowStart), progress, now())
        if (next) this.put(next)
        else this.found.get(series)?.delete(windowStart)
      }
    }
  }

  private put(suspect: Suspect): void {
    const { series, look } = suspect
    const windows = this.found.get(series) ?? new Map<number, Suspect>()
    this.found.set(series, windows.set(look.windowStart, suspect))
  }

  private count({ record }: Series, tally: Tally): void {
    this.tallies.set(record, addTallies(this.tallies.get(record) ?? emptyTally, tally))
  }
}

function isUndecided({ state }: Suspect): boolean {
  return state.kind === 'waiting' || state.kind === 'due'
}

function atCorrections({ state }: Suspect): boolean {
  return state.kind === 'waiting' && (state.waiting.stage === 'correct' || state.waiting.stage === 'rollup')
}

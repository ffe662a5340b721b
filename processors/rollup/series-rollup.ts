import { requireSameSizes } from '../../platform/window-sizes.ts'
import type { Measure } from '../../schemas/measures/measure.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { buildRegional } from '../regional/build-regional.ts'
import type { Expected } from '../regional/expectations.ts'
import type { RegionalMessage } from '../regional/regional-message.ts'
import { tellsOfSilence } from '../regional/silence.ts'
import { emptyTotals, rollUp, type Totals } from '../regional/totals.ts'
import { type Checkpoint, requireSize } from '../windows/checkpoint.ts'
import { type LateNotice, neverRead, type Partial, partialPartition } from '../windows/partial.ts'
import { InputProgress } from './input-progress.ts'
import { WindowMerge, widthOf } from './window-merge.ts'

/** Which windows of a series belong here, and what the registry expects of them. */
export interface SeriesOptions {
  readonly record: RecordId
  readonly measures: readonly Measure[]
  /** This partition of kpi.partial, and how many there are. */
  readonly partition: number
  readonly partitions: number
  readonly expected: (record: RecordId, start: number, end: number) => Expected
  readonly checkpoint: Checkpoint | undefined
}

const nothing = Number.NEGATIVE_INFINITY

/** A gap of more windows than this was a jump in event time, not silence: its empty windows are not made up. */
const longestSilence = 90
/** Finals remembered, to tell a repetition from data that came after. */
const remembered = 64

/** A window that is final, not yet told. */
interface Finished {
  readonly start: number
  readonly window: WindowMerge | undefined
  /** When it became final, epoch ms. */
  readonly at: number
}

/** Rolls up the windows of one record type that live in one partition of kpi.partial. Pure. */
export class SeriesRollup {
  private readonly options: SeriesOptions
  private readonly open = new Map<number, WindowMerge>()
  private readonly finals = new Map<number, ReadonlyMap<number, number>>()
  private readonly inputs = new InputProgress()
  /** Final windows that were not taken yet, oldest first: messages are made only for those that are taken. */
  private readonly finished: Finished[] = []
  private sizeMs = 0
  private finishedThrough: number
  private takenThrough: number

  constructor(options: SeriesOptions) {
    this.options = options
    this.finishedThrough = options.checkpoint?.closed[options.record] ?? nothing
    this.takenThrough = this.finishedThrough
  }

  get openWindows(): number {
    return this.open.size + this.finished.length
  }

  /** How long the windows are, ms; undefined while none was heard of. */
  get windowMs(): number | undefined {
    return this.sizeMs === 0 ? undefined : this.sizeMs
  }

  get hasFinal(): boolean {
    return this.finished.length > 0
  }

  /** Windows up to and including this one are final and have been taken. */
  get finalThrough(): number {
    return this.hasFinal ? this.takenThrough : this.finishedThrough
  }

  /** Offset in kpi.partial of the first message about a window that was not taken as final. */
  get firstOpenOffset(): number {
    let first = Number.POSITIVE_INFINITY
    for (const window of this.open.values()) first = Math.min(first, window.firstOffset)
    for (const { window } of this.finished) first = Math.min(first, window?.firstOffset ?? first)
    return first
  }

  /**
   * Takes a partial; what belongs to a window that is final, or lacks measures, comes back as late notices.
   * @param seenBefore the message was accounted for before a restart
   * @throws CodedError `windows_changed` for windows of another size than those of before
   */
  accept(offset: number, partial: Partial, seenBefore: boolean): LateNotice[] {
    if (partial.window_start !== neverRead) this.takeSize(partial.window_ms)
    this.inputs.accept(partial)
    if (partial.kind === 'marker') return []
    const isFinal = partial.window_start <= this.finishedThrough
    if (!this.belongsHere(partial)) return isFinal && seenBefore ? [] : this.misplaced(partial)
    if (isFinal) return seenBefore ? [] : this.late(partial)
    const window =
      this.open.get(partial.window_start) ?? new WindowMerge(this.options.measures, partial, offset)
    this.open.set(partial.window_start, window)
    window.accept(partial)
    return this.isOfEarlierVersion(partial) ? this.noticesOf(partial) : []
  }

  /** The windows that every input partition has closed, silent ones included, become final. */
  finish(now: number): void {
    const through = this.inputs.closedByAll
    if (through === undefined || through <= this.finishedThrough) return
    for (const start of this.finalStarts(through)) {
      const window = this.open.get(start)
      this.finished.push({ start, window, at: now })
      this.open.delete(start)
      this.remember(start, window)
    }
    this.finishedThrough = through
  }

  /** The final windows, oldest first and each one whole, until there are `atMost` messages. */
  takeFinal(atMost: number): RegionalMessage[] {
    const messages: RegionalMessage[] = []
    let taken = 0
    for (const { start, window, at } of this.finished) {
      if (messages.length >= atMost) break
      messages.push(...this.finalMessages(start, window, at))
      this.takenThrough = start
      taken++
    }
    this.finished.splice(0, taken)
    return messages
  }

  /** The regions of open windows that changed since they were last taken, newest first, until `atMost` messages. */
  takeProvisional(now: number, atMost: number): RegionalMessage[] {
    const messages: RegionalMessage[] = []
    for (const window of [...this.open.values()].reverse()) {
      if (messages.length >= atMost) break
      messages.push(...this.provisionalMessages(window, now))
    }
    return messages
  }

  private takeSize(sizeMs: number): void {
    const { record, checkpoint } = this.options
    if (this.sizeMs === 0) requireSize(record, sizeMs, checkpoint)
    else if (this.sizeMs !== sizeMs) requireSameSizes({ [record]: this.sizeMs }, { [record]: sizeMs })
    this.sizeMs = sizeMs
  }

  private belongsHere({ window_start, window_ms }: Partial): boolean {
    const { partition, partitions } = this.options
    return partialPartition(window_start, window_ms, partitions) === partition
  }

  /**
   * The window's place has moved, because partitions were added to kpi.partial, and it becomes final there without what is
   * said here. An open window needs nothing: it is told whole when it closes.
   */
  private misplaced(partial: Partial): LateNotice[] {
    return partial.kind === 'closed' ? this.late(partial) : []
  }

  private provisionalMessages(window: WindowMerge, now: number): RegionalMessage[] {
    const dirty = window.takeDirty()
    if (dirty.size === 0) return []
    const end = window.start + window.sizeMs
    const regions = this.regionsOf(window.counties(), this.expectedIn(window.start, end))
    const changed = rollUp(
      this.options.measures,
      new Map([...dirty].map(county => [county, emptyTotals(this.options.measures)])),
    )
    const observedUntil = Math.max(...[...regions.values()].map(totals => totals.eventTimeMax))
    return [...changed.keys()].map(region =>
      this.message(window.start, end, 'provisional', observedUntil, now, window, region, regions),
    )
  }

  private finalStarts(through: number): number[] {
    const starts = new Set([...this.open.keys()].filter(start => start <= through))
    const { partition, partitions } = this.options
    // Where nothing is final yet there is no silence before the first window that was closed.
    const before = this.finishedThrough === nothing ? this.inputs.firstClosed : this.finishedThrough
    if ((through - before) / this.sizeMs <= longestSilence) {
      for (let start = before + this.sizeMs; start <= through; start += this.sizeMs) {
        if (partialPartition(start, this.sizeMs, partitions) === partition) starts.add(start)
      }
    }
    return [...starts].sort((left, right) => left - right)
  }

  private finalMessages(start: number, window: WindowMerge | undefined, now: number): RegionalMessage[] {
    const end = start + (window?.sizeMs ?? this.sizeMs)
    const expected = tellsOfSilence(this.options.record, end, now)
      ? this.expectedIn(start, end)
      : new Map<string, number>()
    const regions = this.regionsOf(window?.counties() ?? new Map(), expected)
    return [...regions.keys()].map(region =>
      this.message(start, end, 'final', end, now, window, region, regions),
    )
  }

  private expectedIn(start: number, end: number): Expected {
    return this.options.expected(this.options.record, start, end)
  }

  private regionsOf(counties: Map<string, Totals>, expected: Expected): Map<string, Totals> {
    for (const [county, due] of expected) {
      counties.set(county, { ...(counties.get(county) ?? emptyTotals(this.options.measures)), expected: due })
    }
    return rollUp(this.options.measures, counties)
  }

  private message(
    start: number,
    end: number,
    status: 'provisional' | 'final',
    observedUntil: number,
    now: number,
    window: WindowMerge | undefined,
    region: string,
    regions: ReadonlyMap<string, Totals>,
  ): RegionalMessage {
    const { record, measures } = this.options
    const facts = {
      series: record,
      measures,
      start,
      end,
      status,
      revision: status === 'final' ? 1 : 0,
      version: window?.version ?? 0,
      observedUntil,
      computedAt: now,
      lineage: window?.lineage ?? [],
    }
    return buildRegional(facts, region, regions.get(region) ?? emptyTotals(measures))
  }

  private remember(start: number, window: WindowMerge | undefined): void {
    this.finals.set(start, window?.through ?? new Map())
    for (const oldest of this.finals.keys()) {
      if (this.finals.size <= remembered) return
      this.finals.delete(oldest)
    }
  }

  /** A partial for a final window: a repetition is nothing, anything else has to be computed again. */
  private late(partial: Partial): LateNotice[] {
    const { partition, window_start, through_offset } = partial
    if ((this.finals.get(window_start)?.get(partition) ?? -1) >= through_offset) return []
    return this.noticesOf(partial)
  }

  /** What it closed lacks measures that are known now: computed again once it is final, it has them. */
  private isOfEarlierVersion(partial: Partial): boolean {
    return (
      partial.kind === 'closed' &&
      partial.county.length > 0 &&
      widthOf(partial) < this.options.measures.length
    )
  }

  private noticesOf(partial: Partial): LateNotice[] {
    const { record, partition, window_start, window_ms, through_offset, first_offset } = partial
    return partial.county.map((county, i) => ({
      record,
      county,
      window_start,
      window_ms,
      partition,
      from_offset: first_offset,
      through_offset,
      readings: partial.readings[i] as number,
      noticed_by: 'rollup',
    }))
  }
}

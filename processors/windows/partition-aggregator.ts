import { counties } from '../../schemas/regions/regions.ts'
import { AssetHomes } from './asset-homes.ts'
import { type Checkpoint, requireSize } from './checkpoint.ts'
import { KeyTable } from './key-table.ts'
import type { MeasuredReading, MeasureProgram } from './measure-program.ts'
import { type LateNotice, neverRead, type Partial } from './partial.ts'
import { closedThrough, nextClose, type WindowSpec, windowStart } from './window-spec.ts'
import { WindowState } from './window-state.ts'

export interface AggregatorOptions {
  readonly record: string
  readonly partition: number
  /** Input partitions of the topic. */
  readonly partitions: number
  /** How many there were, if some were added since, and which windows may hold readings of both times. */
  readonly added?: { readonly before: number; readonly doubtfulBefore: number } | undefined
  /** Whether the key of a reading belongs to this partition; taken for granted when absent. */
  readonly belongs?: ((key: Uint8Array) => boolean) | undefined
  readonly spec: WindowSpec
  /** How far a reading may lag behind the newest one of its partition before windows close over it, ms. */
  readonly outOfOrdernessMs: number
  /** A partition that never held a reading says so again after this long, ms; a window's size by default. */
  readonly neverReadEveryMs?: number | undefined
  readonly program: MeasureProgram
  /** Field that marks a reading as unusable. */
  readonly suspectField?: string | undefined
  /** Offset from which the log is read. */
  readonly start: number
  /** What is added to an offset to have a place; 0 in the first log of the topic. */
  readonly base?: number | undefined
  readonly checkpoint?: Checkpoint | undefined
  /** The log begins here and is not the first one: that its windows of before are closed has to be said. */
  readonly isNewLog?: boolean | undefined
}

/** A decoded reading, projected to what is needed. */
export type Reading = MeasuredReading & { readonly event_time: number; readonly county: string }

/** What became of a reading. `replayed`: accounted for before a restart. */
export type Outcome = 'counted' | 'duplicate' | 'late' | 'replayed' | 'unknown_county'

const countyNumbers = new Map(counties.map(({ code }, number) => [code, number]))
const unset = Number.NEGATIVE_INFINITY

/**
 * Aggregates one input partition of one record type: event-time windows, watermark, duplicates, measures by county.
 * Pure: it is told readings in log order and that time passes, and is asked for partials, late notices
 * and a checkpoint. Fed the same log from its checkpoint it arrives at the same values.
 */
export class PartitionAggregator {
  private readonly options: AggregatorOptions
  private readonly windows = new Map<number, WindowState>()
  private readonly spare: WindowState[] = []
  private readonly keys = new KeyTable()
  private readonly homes: AssetHomes
  private readonly doubts: LateNotice[] = []
  private readonly lateByWindow = new Map<string, LateNotice>()
  private readonly pending: Partial[] = []
  private readonly replayBelow: number
  private position: number
  private closed: number
  /** Whether a window was ever told to be closed: the first one is one that holds a reading. */
  private told: boolean
  private closesAt: number
  private eventTimeMax = unset
  private watermark = unset
  private saysNeverReadAt = unset
  private recent: WindowState | undefined

  /** @throws CodedError `windows_changed` where the checkpoint is of windows of another size */
  constructor(options: AggregatorOptions) {
    this.options = options
    const { checkpoint, spec, record, start } = options
    requireSize(record, spec.sizeMs, checkpoint)
    this.homes = new AssetHomes({ belongs: options.belongs, doubtfulBefore: options.added?.doubtfulBefore })
    this.position = start
    this.replayBelow = checkpoint?.at ?? 0
    this.closed = checkpoint?.closed[record] ?? unset
    this.told = this.closed !== unset
    this.closesAt = this.closed === unset ? unset : nextClose(this.closed, spec)
    if (options.isNewLog && this.closed !== unset) this.pending.push(this.partial('marker', this.closed, -1))
  }

  private placeOf(offset: number): number {
    return (this.options.base ?? 0) + offset
  }

  /** One past the last offset seen. */
  get nextOffset(): number {
    return this.position
  }

  /** Event time up to which this partition is complete, epoch ms; -Infinity before the first reading. */
  get watermarkMs(): number {
    return this.watermark
  }

  get openWindows(): number {
    return this.windows.size
  }

  /** Memory held for windows, those kept for reuse included, and for the keys of assets, bytes. */
  get stateBytes(): number {
    let bytes = this.keys.byteLength
    for (const window of this.windows.values()) bytes += window.byteLength
    for (const window of this.spare) bytes += window.byteLength
    return bytes
  }

  /** Whether windows were closed or readings came late since `takeClosed` and `takeLate` were last called. */
  get urgent(): boolean {
    return this.pending.length > 0 || this.lateByWindow.size > 0 || this.doubts.length > 0
  }

  add(offset: number, key: Uint8Array, reading: Reading): Outcome {
    const { event_time: eventTime } = reading
    this.position = offset + 1
    const county = countyNumbers.get(reading.county)
    if (county === undefined) return 'unknown_county'
    if (eventTime > this.eventTimeMax) {
      this.eventTimeMax = eventTime
      this.advance(eventTime - this.options.outOfOrdernessMs)
    }
    const start = windowStart(eventTime, this.options.spec.sizeMs)
    if (start <= this.closed) {
      if (offset < this.replayBelow) return 'replayed'
      this.noteLate(offset, reading.county, start)
      return 'late'
    }
    const window = this.recent?.start === start ? this.recent : this.windowAt(start)
    if (window.firstOffset < 0) window.firstOffset = offset
    const { suspectField } = this.options
    const usable = suspectField === undefined || reading[suspectField] !== true
    const asset = this.keys.numberOf(key)
    if (this.homes.isDoubtful(asset, key, start)) window.doubt(county)
    return window.add(asset, county, eventTime, reading, usable) ? 'counted' : 'duplicate'
  }

  /**
   * The log was seen to its end and nothing came for a while: event time has reached at least `watermark`.
   * A partition that never held a reading says so instead; it has no time of its own.
   */
  idle(watermark: number): void {
    if (this.eventTimeMax !== unset || this.closed !== unset) this.advance(watermark)
    else if (watermark >= this.saysNeverReadAt) {
      const { spec, neverReadEveryMs = spec.sizeMs } = this.options
      this.saysNeverReadAt = watermark + neverReadEveryMs
      this.pending.push(this.partial('marker', neverRead, -1))
    }
  }

  /** Skips a message that is not a reading. */
  skip(offset: number): void {
    this.position = offset + 1
  }

  /** Everything to be published for closed windows, in order, since the last call. */
  takeClosed(): Partial[] {
    return this.pending.splice(0)
  }

  /** The open windows' counties that changed since the last call. */
  takeChanged(): Partial[] {
    const partials: Partial[] = []
    for (const window of this.windows.values()) {
      if (!window.anyChanged) continue
      partials.push(this.partialOf(window, 'open', county => window.changed[county] === 1))
      window.changed.fill(0)
      window.anyChanged = false
    }
    return partials
  }

  takeLate(): LateNotice[] {
    const notices = [...this.doubts.splice(0), ...this.lateByWindow.values()]
    this.lateByWindow.clear()
    return notices
  }

  /** Valid for what has been taken: commit it only once that is acknowledged. */
  checkpoint(): Checkpoint {
    let offset = this.position
    for (const window of this.windows.values()) {
      if (window.firstOffset >= 0 && window.firstOffset < offset) offset = window.firstOffset
    }
    const at = Math.max(this.position, this.replayBelow)
    const { record, spec } = this.options
    return {
      offset,
      at,
      closed: this.told ? { [record]: this.closed } : {},
      partitions: this.partitionsToTell(),
      // While nothing was read there are no data that would keep a size.
      ...(at > 0 ? { sizes: { [record]: spec.sizeMs } } : {}),
    }
  }

  /** The number of before partitions were added, until no window of that time is open: who starts from here doubts anew. */
  private partitionsToTell(): number {
    const { added, partitions, spec } = this.options
    if (!added) return partitions
    const isEmpty = this.closed === unset && this.windows.size === 0
    return isEmpty || this.homes.isSettled(this.closed + spec.sizeMs) ? partitions : added.before
  }

  private advance(watermark: number): void {
    if (watermark <= this.watermark) return
    this.watermark = watermark
    if (watermark < this.closesAt) return
    const { spec } = this.options
    const through = closedThrough(watermark, spec)
    this.closesAt = nextClose(through, spec)
    if (through <= this.closed) return
    this.closed = through
    const closing = [...this.windows.values()].filter(window => window.start <= through)
    // The lateness reaches back before the very first reading: that nobody reported there is no finding.
    if (!this.told && closing.length === 0) return
    for (const window of closing.sort((left, right) => left.start - right.start)) {
      this.pending.push(this.partialOf(window, 'closed', county => hasReadings(window, county)))
      if (!this.told) this.pending.push(this.partial('marker', window.start, -1))
      this.told = true
      if (window.anyDoubtful) this.noteDoubts(window)
      this.windows.delete(window.start)
      this.spare.push(window)
    }
    this.recent = undefined
    this.pending.push(this.partial('marker', through, -1))
  }

  private windowAt(start: number): WindowState {
    let window = this.windows.get(start)
    if (!window) {
      const { program, spec } = this.options
      window = this.spare.pop() ?? new WindowState(program, counties.length, spec.sizeMs)
      window.open(start)
      this.windows.set(start, window)
    }
    this.recent = window
    return window
  }

  private noteDoubts(window: WindowState): void {
    const { record, partition, spec } = this.options
    counties.forEach(({ code }, county) => {
      if (window.doubtful[county] !== 1) return
      this.doubts.push({
        record,
        county: code,
        window_start: window.start,
        window_ms: spec.sizeMs,
        partition,
        from_offset: this.placeOf(window.firstOffset),
        through_offset: this.placeOf(this.position),
        readings: 0,
        noticed_by: 'repartition',
      })
    })
  }

  private noteLate(offset: number, county: string, start: number): void {
    const key = `${county}|${start}`
    const { record, partition, spec } = this.options
    const noted = this.lateByWindow.get(key)
    this.lateByWindow.set(key, {
      record,
      county,
      window_start: start,
      window_ms: spec.sizeMs,
      partition,
      from_offset: noted?.from_offset ?? this.placeOf(offset),
      through_offset: this.placeOf(offset + 1),
      readings: (noted?.readings ?? 0) + 1,
      noticed_by: 'aggregate',
    })
  }

  private partial(kind: Partial['kind'], start: number, firstOffset: number): Partial {
    const { record, partition, partitions, spec } = this.options
    return {
      record,
      partition,
      partitions,
      through_offset: this.placeOf(this.position),
      kind,
      window_start: start,
      window_ms: spec.sizeMs,
      first_offset: firstOffset < 0 ? firstOffset : this.placeOf(firstOffset),
      county: [],
      assets: [],
      readings: [],
      duplicates: [],
      event_time_max: [],
      measures: [],
    }
  }

  private partialOf(
    window: WindowState,
    kind: Partial['kind'],
    wanted: (county: number) => boolean,
  ): Partial {
    const numbers = counties.map((_, number) => number).filter(wanted)
    const width = this.options.program.measures.length
    const pick = (array: Uint32Array | Float64Array) => numbers.map(number => array[number] as number)
    return {
      ...this.partial(kind, window.start, window.firstOffset),
      county: numbers.map(number => counties[number]?.code as string),
      assets: pick(window.assets),
      readings: pick(window.readings),
      duplicates: pick(window.duplicates),
      event_time_max: pick(window.eventTimeMax),
      measures: numbers.flatMap(number => [
        ...window.measures.subarray(number * width, (number + 1) * width),
      ]),
    }
  }
}

function hasReadings(window: WindowState, county: number): boolean {
  return (window.readings[county] as number) > 0 || (window.duplicates[county] as number) > 0
}

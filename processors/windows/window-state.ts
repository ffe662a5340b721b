import { identityOf } from '../../schemas/measures/measure.ts'
import { grown } from './key-table.ts'
import type { MeasuredReading, MeasureProgram } from './measure-program.ts'
import { NumberSet } from './number-set.ts'

/**
 * What one input partition knows of one open window: measures by county, and which readings it has seen.
 * An asset that reports from several counties counts in one of them, its home, with all its readings.
 * Everything is in typed arrays over dense county and asset numbers; a state is reused for later windows.
 */
export class WindowState {
  start = 0
  /** Offset of the first reading, counted or duplicate; -1 while there is none. */
  firstOffset = -1
  measures: Float64Array
  readonly assets: Uint32Array
  readonly readings: Uint32Array
  readonly duplicates: Uint32Array
  readonly eventTimeMax: Float64Array
  /** 1 where a county changed since it was last emitted. */
  readonly changed: Uint8Array
  anyChanged = false
  /** 1 where assets may have been counted in another partition too. */
  readonly doubtful: Uint8Array
  anyDoubtful = false

  private readonly program: MeasureProgram
  private readonly sizeMs: number
  private readonly identity: Float64Array
  /** By asset: event time of its first reading - start + 1; 0 while there is none. */
  private firstTime: Int32Array
  /** By asset: its home, the county of its first usable reading, + 1; 0 while there is none. */
  private home: Int16Array
  private sums: Float64Array
  private counts: Uint32Array
  /** Further readings of assets that report more than once in a window: asset × size + time. */
  private readonly further = new NumberSet()
  /** Events, of which an asset may report several at one time: asset, time and what the event names. */
  private readonly events = new Set<string>()

  constructor(program: MeasureProgram, counties: number, sizeMs: number) {
    this.program = program
    this.sizeMs = sizeMs
    this.identity = Float64Array.from({ length: counties * program.measures.length }, (_, i) =>
      identityOf(program.measures[i % program.measures.length]?.op ?? 'sum'),
    )
    this.measures = this.identity.slice()
    this.assets = new Uint32Array(counties)
    this.readings = new Uint32Array(counties)
    this.duplicates = new Uint32Array(counties)
    this.eventTimeMax = new Float64Array(counties)
    this.changed = new Uint8Array(counties)
    this.doubtful = new Uint8Array(counties)
    this.firstTime = new Int32Array(256)
    this.home = new Int16Array(256)
    this.sums = new Float64Array(256 * program.perAsset)
    this.counts = new Uint32Array(256 * program.perAsset)
  }

  /** Memory held in arrays, bytes: what grows with counties, assets and readings. */
  get byteLength(): number {
    const arrays = [
      this.measures,
      this.identity,
      this.assets,
      this.readings,
      this.duplicates,
      this.eventTimeMax,
      this.changed,
      this.doubtful,
      this.firstTime,
      this.home,
      this.sums,
      this.counts,
      this.further,
    ]
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Makes the state that of an untouched window. */
  open(start: number): void {
    this.start = start
    this.firstOffset = -1
    this.anyChanged = false
    this.anyDoubtful = false
    this.measures.set(this.identity)
    for (const array of [
      this.assets,
      this.readings,
      this.duplicates,
      this.eventTimeMax,
      this.changed,
      this.doubtful,
    ])
      array.fill(0)
    this.firstTime.fill(0)
    this.home.fill(0)
    this.counts.fill(0)
    this.further.clear()
    this.events.clear()
  }

  /** Assets of this county may be in another partition too. */
  doubt(county: number): void {
    this.doubtful[county] = 1
    this.anyDoubtful = true
  }

  /** Adds a reading unless it is a duplicate: true when it was counted. */
  add(asset: number, county: number, eventTime: number, reading: MeasuredReading, usable: boolean): boolean {
    if (asset >= this.firstTime.length) this.growTo(asset + 1)
    this.changed[county] = 1
    this.anyChanged = true
    if (!this.isFirst(asset, eventTime - this.start, reading)) {
      increment(this.duplicates, county)
      return false
    }
    increment(this.readings, county)
    if (eventTime > (this.eventTimeMax[county] as number)) this.eventTimeMax[county] = eventTime
    if (!usable) return true
    const { add, measures, perAsset } = this.program
    const at = county * measures.length
    let atHome = at
    const home = (this.home[asset] as number) - 1
    if (home < 0) {
      this.home[asset] = county + 1
      increment(this.assets, county)
    } else if (home !== county) {
      this.changed[home] = 1
      atHome = home * measures.length
    }
    add(this.measures, at, atHome, reading, this.sums, this.counts, asset * perAsset)
    return true
  }

  /** Whether it is the first reading of its identity in this window, which it is not any more. */
  private isFirst(asset: number, time: number, reading: MeasuredReading): boolean {
    const { eventOf } = this.program
    if (eventOf) {
      const { size } = this.events
      return this.events.add(`${asset} ${time} ${eventOf(reading)}`).size > size
    }
    const first = this.firstTime[asset] as number
    if (first !== 0) return first !== time + 1 && this.further.add(asset * this.sizeMs + time)
    this.firstTime[asset] = time + 1
    return true
  }

  private growTo(assets: number): void {
    const { perAsset } = this.program
    this.firstTime = grown(this.firstTime, Int32Array, assets)
    this.home = grown(this.home, Int16Array, this.firstTime.length)
    this.sums = grown(this.sums, Float64Array, this.firstTime.length * perAsset)
    this.counts = grown(this.counts, Uint32Array, this.firstTime.length * perAsset)
  }
}

function increment(array: Uint32Array, index: number): void {
  array[index] = (array[index] as number) + 1
}

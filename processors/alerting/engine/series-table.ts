import { seriesKey } from '../book/alert-id.ts'
import { emptySeries, type SeriesState } from '../judge/series-state.ts'

export interface Series {
  readonly rule: string
  readonly region: string
  readonly state: SeriesState
  /** Offset of kpi.regional up to which it was judged, exclusive, when it was written last. */
  readonly through: number
  readonly judgedBy: string
}

/** What is known of every rule in every region, and what of it was not written yet. */
export class SeriesTable {
  private readonly series = new Map<string, Series>()
  private readonly unwritten = new Set<string>()

  get size(): number {
    return this.series.size
  }

  /** Windows that are kept of all series. */
  get windows(): number {
    return this.series.values().reduce((sum, { state }) => sum + state.windows.length, 0)
  }

  all(): Iterable<Series> {
    return this.series.values()
  }

  get(rule: string, region: string): Series | undefined {
    return this.series.get(seriesKey(rule, region))
  }

  stateOf(rule: string, region: string): SeriesState {
    return this.get(rule, region)?.state ?? emptySeries()
  }

  /** As it was written. */
  restore(series: Series): void {
    const key = seriesKey(series.rule, series.region)
    if (series.through >= (this.series.get(key)?.through ?? 0)) this.series.set(key, series)
  }

  set(rule: string, region: string, state: SeriesState, judgedBy: string): void {
    const key = seriesKey(rule, region)
    const through = this.series.get(key)?.through ?? 0
    this.series.set(key, { rule, region, state, through, judgedBy })
    this.unwritten.add(key)
  }

  /** It is to be written again, although nothing changed. */
  touch(rule: string, region: string): void {
    this.unwritten.add(seriesKey(rule, region))
  }

  remove(rule: string, region: string): void {
    const key = seriesKey(rule, region)
    if (this.series.delete(key)) this.unwritten.add(key)
  }

  /** What has to be written, true up to `position`; null for what is gone. */
  takeUnwritten(position: number): readonly (readonly [key: string, series: Series | null])[] {
    const taken = [...this.unwritten].map(key => {
      const series = this.series.get(key)
      if (!series) return [key, null] as const
      const written = { ...series, through: position }
      this.series.set(key, written)
      return [key, written] as const
    })
    this.unwritten.clear()
    return taken
  }
}

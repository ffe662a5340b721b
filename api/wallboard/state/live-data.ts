import type { ReadonlySignal } from '@preact/signals'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { cellKey } from '../../client/stream-client.ts'
import type { SeriesPoint } from '../protocol/parse-series.ts'
import { CellBook, type Current } from './cell-book.ts'
import { joinSeries, takePoint } from './series-book.ts'
import { Watched } from './watched.ts'

/** At most one change per second and tile. */
const publishEveryMs = 1_000

export interface LiveDataOptions {
  /** Called when something watched changed: publish before the next frame. */
  readonly onNews: () => void
  /** Asks for the history of a series; it comes back through `takeHistory`. */
  readonly onSeriesWanted: (key: string) => void
  /** At most one change per so much time and tile, ms. */
  readonly everyMs?: number
}

/** Cells and series: all cells are kept, those on screen are published. */
export interface LiveData {
  cell(key: string): Current | undefined
  watchCell(key: string): ReadonlySignal<Current | undefined>
  unwatchCell(key: string): void
  watchSeries(key: string): ReadonlySignal<readonly SeriesPoint[]>
  unwatchSeries(key: string): void
  takeCells(changed: readonly Cell[], gone: readonly Cell[]): void
  /** These and no others: what was held of another time is forgotten, series too unless they go on. */
  replaceCells(cells: readonly Cell[], seriesGoOn: boolean): void
  takeHistory(key: string, points: readonly SeriesPoint[]): void
  /** Keys of the series on screen. */
  seriesKeys(): readonly string[]
  publish(now: number): number | null
  /** Newest event time of any cell, epoch ms. */
  newestEventTime(): number | null
}

export function createLiveData(options: LiveDataOptions): LiveData {
  const { onNews, onSeriesWanted, everyMs = publishEveryMs } = options
  const book = new CellBook()
  const series = new Map<string, SeriesPoint[]>()
  const cells = new Watched(key => book.get(key), everyMs)
  const lines = new Watched<readonly SeriesPoint[]>(key => [...(series.get(key) ?? [])], everyMs)
  let newest: number | null = null

  const note = (touched: Iterable<string>, news: readonly Cell[]): void => {
    let seen = false
    for (const key of touched) seen = cells.changed(key) || seen
    for (const cell of news) {
      if (cell.event_time_max !== null) newest = Math.max(newest ?? 0, cell.event_time_max)
      const key = cellKey(cell.kpi, cell.region)
      const points = series.get(key)
      if (points && takePoint(points, cell)) seen = lines.changed(key) || seen
    }
    if (seen) onNews()
  }

  return {
    cell: key => book.get(key),
    watchCell: key => cells.acquire(key),
    unwatchCell: key => void cells.release(key),
    watchSeries(key) {
      const watched = lines.acquire(key)
      if (!series.has(key)) {
        series.set(key, [])
        onSeriesWanted(key)
      }
      return watched
    },
    unwatchSeries(key) {
      if (lines.release(key)) series.delete(key)
    },
    takeCells(news, gone) {
      note(book.apply(news, gone), news)
    },
    replaceCells(news, seriesGoOn) {
      // First all of them go, so that nothing of another time is taken for what was before.
      const touched = new Set([...book.apply([], [...book.cells()]), ...book.apply(news)])
      if (!seriesGoOn) {
        for (const key of series.keys()) {
          series.set(key, [])
          onSeriesWanted(key)
        }
      }
      note(touched, news)
    },
    takeHistory(key, points) {
      const streamed = series.get(key)
      if (!streamed) return
      series.set(key, joinSeries(points, streamed))
      if (lines.changed(key)) onNews()
    },
    seriesKeys: () => [...series.keys()],
    publish(now) {
      const next = [cells.publish(now), lines.publish(now)].flatMap(at => (at === null ? [] : [at]))
      return next.length > 0 ? Math.min(...next) : null
    },
    newestEventTime: () => newest,
  }
}

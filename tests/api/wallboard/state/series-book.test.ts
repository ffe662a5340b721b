import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SeriesPoint } from '../../../../api/wallboard/protocol/parse-series.ts'
import { joinSeries, seriesSpanMs, takePoint } from '../../../../api/wallboard/state/series-book.ts'

const minute = 60_000
const point = (window: number, value: number, revision = 1): SeriesPoint => ({
  window_start: window * minute,
  window_end: (window + 1) * minute,
  value,
  status: revision === 0 ? 'provisional' : revision === 1 ? 'final' : 'corrected',
  revision,
  coverage: 1,
})

describe('a series', () => {
  test('grows at its end, and its last window may change', () => {
    const points = [point(1, 10)]
    expect(takePoint(points, point(2, 11, 0))).toBe(true)
    expect(takePoint(points, point(2, 12, 0))).toBe(true)
    expect(points.map(({ value }) => value)).toEqual([10, 12])
  })

  test('a final value is not undone by a provisional one that comes late', () => {
    const points = [point(1, 10)]
    expect(takePoint(points, point(1, 9, 0))).toBe(false)
    expect(points).toEqual([point(1, 10)])
  })

  test('history and what the stream brought meanwhile: of each window the higher revision', () => {
    const joined = joinSeries([point(1, 10), point(2, 20, 2)], [point(2, 19, 1), point(3, 30, 0)])
    expect(joined).toEqual([point(1, 10), point(2, 20, 2), point(3, 30, 0)])
  })

  test('whatever comes in whatever order: sorted, no window twice, never longer than its span', () => {
    const arriving = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 200 }), fc.double({ noNaN: true }), fc.integer({ min: 0, max: 3 })),
    )
    fc.assert(
      fc.property(arriving, list => {
        const points: SeriesPoint[] = []
        for (const [window, value, revision] of list) takePoint(points, point(window, value, revision))
        const starts = points.map(({ window_start }) => window_start)
        expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b))
        const [first, last] = [points[0], points.at(-1)]
        if (first && last) expect(last.window_end - first.window_start).toBeLessThanOrEqual(seriesSpanMs)
      }),
    )
  })
})

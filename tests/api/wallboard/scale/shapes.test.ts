import { describe, expect, test } from 'vitest'
import type { SeriesPoint } from '../../../../api/wallboard/protocol/parse-series.ts'
import { barAgainst, metTarget } from '../../../../api/wallboard/scale/bar-against.ts'
import { sparklinePath } from '../../../../api/wallboard/scale/sparkline-path.ts'
import { timeTicks, trendOption } from '../../../../api/wallboard/view/region/trend-option.ts'
import { kpiOf } from '../../../../schemas/kpis/kpis.ts'

const kpi = (id: string) => kpiOf(id)!
const minute = 60_000
const point = (at: number, value: number | null, status: SeriesPoint['status'] = 'final'): SeriesPoint => ({
  window_start: (at - 1) * minute,
  window_end: at * minute,
  value,
  status,
  revision: status === 'corrected' ? 2 : 1,
  coverage: 1,
})

describe('a sparkline', () => {
  const hour = { from: 0, to: 60 * minute, decimals: 1 }
  test('has time to the right and more above', () => {
    const { line, last } = sparklinePath([point(30, 10), point(31, 20)], hour)
    expect(line).toMatch(/^M50,\d+(\.\d+)?L51\.67,/)
    expect(last!.y).toBeLessThan(50)
  })

  test('is broken where windows are missing or have no value', () => {
    const { line } = sparklinePath([point(1, 5), point(2, 5), point(4, 5), point(5, null), point(6, 5)], hour)
    expect(line.match(/M/g)).toHaveLength(3)
  })

  test('marks what was corrected', () => {
    expect(sparklinePath([point(1, 5), point(2, 6, 'corrected')], hour).corrections).toHaveLength(1)
  })

  test('does not blow noise up to full height', () => {
    const { line } = sparklinePath([point(1, 50), point(2, 50.1)], hour)
    const [first = 0, second = 0] = [...line.matchAll(/,([\d.]+)/g)].map(match => Number(match[1]))
    expect(Math.abs(first - second)).toBeLessThan(15)
  })

  test('shows the target when it is near, and leaves it out when it would flatten the line', () => {
    const points = [point(1, 1.2), point(2, 1.3)]
    expect(sparklinePath(points, { ...hour, decimals: 3, target: 1.25 }).target).not.toBeNull()
    expect(sparklinePath(points, { ...hour, decimals: 3, target: 100 }).target).toBeNull()
  })

  test('of nothing is nothing', () => {
    expect(sparklinePath([], hour)).toEqual({ line: '', target: null, corrections: [], last: null })
  })
})

describe('a bar', () => {
  test('per cents have a whole of 100, other values a tick at their target', () => {
    expect(barAgainst(kpi('datacenter.racks_in_use_pct'), 67, 65)).toEqual({
      filled: 67,
      tick: 65,
      met: true,
    })
    expect(barAgainst(kpi('radio.sites_in_service'), 100_000, 200_000)).toEqual({
      filled: 40,
      tick: 80,
      met: false,
    })
  })

  test('means nothing without a whole or a target', () => {
    expect(barAgainst(kpi('parking.free_spaces'), 100, undefined)).toBeNull()
  })

  test('a target is met from the good side', () => {
    expect(metTarget(kpi('datacenter.pue'), 1.24, 1.25)).toBe(true)
    expect(metTarget(kpi('datacenter.pue'), 1.26, 1.25)).toBe(false)
    expect(metTarget(kpi('datacenter.pue'), null, 1.25)).toBeNull()
  })
})

describe('the trend', () => {
  test('has labels at full tens of minutes, none at the very edge', () => {
    const ticks = timeTicks(0, 60 * minute, 10).map(at => at / minute)
    expect(ticks).toEqual([10, 20, 30, 40, 50])
  })

  test('a window without a value is a gap, not a zero', () => {
    const option = trendOption({
      kpi: kpi('datacenter.pue'),
      points: [point(1, 1.2), point(2, null)],
      from: 0,
      to: 60 * minute,
      target: 1.25,
      language: 'en',
      rem: 16,
      isNarrow: false,
    })
    const [series] = option.series
    expect(series!.data.map(({ value }) => value)).toEqual([
      [minute, 1.2],
      [2 * minute, null],
    ])
    expect(series!.connectNulls).toBe(false)
    expect(series!.markLine?.data).toEqual([{ yAxis: 1.25 }])
  })
})

import { describe, expect, test } from 'vitest'
import {
  alertTicksOf,
  cellsNeeded,
  changesBetween,
  marksBetween,
  spanReaching,
  ticksOf,
  within,
} from '../../../../api/wallboard/state/time-machine.ts'
import type { Cell } from '../../../../schemas/protocol/stream.ts'
import { childrenOf, counties, regionOf } from '../../../../schemas/regions/regions.ts'

const minute = 60_000
const hour = 60 * minute
/** Noon in the province. */
const noon = Date.UTC(2026, 5, 1, 4)

describe('the slider', () => {
  test('covers the shortest span that reaches back to what is shown', () => {
    expect(spanReaching(noon - 5 * hour, noon)).toBe('6h')
    expect(spanReaching(noon - 7 * hour, noon)).toBe('1d')
    expect(spanReaching(noon - 400 * hour, noon)).toBe('7d')
  })

  test('stays at full minutes between its ends', () => {
    const [from, to] = [noon - 6 * hour, noon]
    expect(within(noon - 90_001, from, to)).toBe(noon - 2 * minute)
    expect(within(noon + hour, from, to)).toBe(to)
    expect(within(0, from, to)).toBe(from)
  })

  test('is marked at full hours and at the province’s midnights', () => {
    expect(marksBetween(noon - 90 * minute, noon, hour)).toEqual([noon - hour, noon])
    expect(marksBetween(noon - 24 * hour, noon, 24 * hour)).toEqual([noon - 12 * hour])
    expect(marksBetween(noon + 1, noon + 2, hour)).toEqual([])
  })

  test('has a tick in the middle of every slot with corrections, the taller the more', () => {
    const slot = { windows: 1, window_start: 0 }
    const corrections = {
      from: noon,
      to: noon + hour,
      slot_ms: 2 * minute,
      corrections: [
        { ...slot, at: noon + 29 * minute, values: 100 },
        { ...slot, at: noon + 59 * minute, values: 1 },
        { ...slot, at: noon + 60 * minute, values: 5 },
      ],
    }
    const ticks = ticksOf(corrections, noon, noon + hour)
    expect(ticks.map(({ along, values }) => [along, values])).toEqual([
      [50, 100],
      [100, 1],
    ])
    expect(ticks[0]?.height).toBe(1)
    expect(ticks[1]?.height).toBeGreaterThan(0.1)
    expect(ticks[1]?.height).toBeLessThan(0.2)
  })
})

test('alerts are marked where they fired; those that stand too near are one mark', () => {
  const alert = (fired_at: number | null, severity = 'warning') => ({ alert_id: 'x', severity, fired_at })
  const alerts = [
    alert(noon + 30 * minute),
    alert(noon + 30 * minute + 5_000, 'critical'),
    alert(noon),
    alert(null),
    alert(noon - 1),
    alert(noon + 61 * minute),
  ]
  expect(alertTicksOf(alerts, noon, noon + hour)).toEqual([
    { along: 0, alerts: 1, isCritical: false, at: noon },
    { along: 50, alerts: 2, isCritical: true, at: noon + 30 * minute },
  ])
})

describe('what is asked for', () => {
  const cities = childrenOf('370000').flatMap(({ code }) => childrenOf(code))
  const screen = { places: cities, home: '370000', counties: [] }
  const count = (needed: ReturnType<typeof cellsNeeded>) =>
    needed.map(({ regions, kpis }) => [regions.length, kpis.length])

  test('on the province’s screen is all of the province, and of the cities the chosen KPI and what speaks for the feeds', () => {
    const needed = cellsNeeded({ ...screen, region: regionOf('370000')!, kpi: 'datacenter.pue' })
    expect(count(needed)).toEqual([
      [1, 1],
      [16, 5],
    ])
    expect(needed[0]).toEqual({ regions: ['370000'], kpis: ['*'] })
    expect(needed[1]?.kpis).toContain('datacenter.pue')
  })

  test('on a county’s screen its city’s counties too, and stays below the limit of an answer', () => {
    const needed = cellsNeeded({ ...screen, region: regionOf('370212')!, kpi: 'parking.occupancy_pct' })
    expect(needed[0]?.regions).toEqual(['370212', '370000'])
    expect(needed[1]?.regions).toHaveLength(16 + 10)
    for (const { regions, kpis } of needed) expect(regions.length * kpis.length).toBeLessThan(1_000)
  })
})

test('of a map of all counties the chosen KPI of each is asked for too', () => {
  const needed = cellsNeeded({
    region: regionOf('370000')!,
    kpi: 'datacenter.pue',
    places: [],
    home: '370000',
    counties,
  })
  expect(needed.at(-1)).toEqual({ regions: counties.map(({ code }) => code), kpis: ['datacenter.pue'] })
})

describe('the two truths differ', () => {
  const cell = (region: string, window: number, value: number | null): Cell => ({
    kpi: 'parking.occupancy_pct',
    region,
    window_start: window * minute,
    window_end: (window + 1) * minute,
    value,
    status: 'final',
    revision: 1,
    version: 1,
    coverage: 1,
    readings: 1,
    event_time_max: null,
  })

  test('where a value of the same window is another, and where nothing was known', () => {
    const then = [cell('370100', 1, 40), cell('370200', 1, 50), cell('370300', 1, null), cell('370400', 1, 1)]
    const now = [
      cell('370100', 1, 40),
      cell('370200', 1, 51),
      cell('370300', 1, 7),
      cell('370400', 2, 1),
      cell('370500', 2, null),
    ]
    expect(changesBetween(then, now).map(({ region, before, after }) => [region, before, after])).toEqual([
      ['370200', 50, 51],
      ['370300', null, 7],
      ['370400', undefined, 1],
      ['370500', undefined, null],
    ])
  })

  test('not at all where nothing was corrected', () => {
    const same = [cell('370100', 1, null), cell('370200', 1, 0)]
    expect(changesBetween(same, same)).toEqual([])
  })
})

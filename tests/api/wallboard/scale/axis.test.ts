import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { along, axisFor } from '../../../../api/wallboard/scale/axis.ts'
import { histogram } from '../../../../api/wallboard/scale/histogram.ts'
import { judgedBy } from '../../../../api/wallboard/scale/judged-by.ts'
import { kpiOf, kpis } from '../../../../schemas/kpis/kpis.ts'

const kpi = (id: string) => kpiOf(id)!

describe('an axis', () => {
  test('of amounts and of wide shares begins at zero, with bars', () => {
    expect(axisFor(kpi('radio.sites_in_service'), [5_279, 17_500])).toMatchObject({ low: 0, mark: 'bar' })
    expect(axisFor(kpi('parking.occupancy_pct'), [53, 80])).toMatchObject({ low: 0, high: 100, mark: 'bar' })
  })

  test('of ratios that differ little shows what differs, with dots', () => {
    const axis = axisFor(kpi('radio.accessibility_pct'), [99.1, 99.75])
    expect(axis.mark).toBe('dot')
    expect(axis.low).toBeGreaterThan(97)
  })

  test('holds every value, of any KPI', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kpis),
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (one, values) => {
          const axis = axisFor(one, values)
          for (const value of values) {
            expect(value).toBeGreaterThanOrEqual(axis.low - 1e-6)
            expect(value).toBeLessThanOrEqual(axis.high + 1e-6)
          }
        },
      ),
    )
  })

  test('stands still while the values fit on it', () => {
    const pue = kpi('datacenter.pue')
    const axis = axisFor(pue, [1.2, 1.3])
    expect(axisFor(pue, [1.22, 1.29], axis)).toEqual(axis)
  })
})

test('a histogram counts every value once, those on the edge too', () => {
  const axis = axisFor(kpi('parking.occupancy_pct'), [0, 100])
  const hill = histogram([0, 4.9, 5, 99, 100], axis, 20)
  expect(hill.map(({ count }) => count).filter(Boolean)).toEqual([2, 1, 2])
  expect([hill[0]?.from, hill.at(-1)?.to]).toEqual([0, 100])
  expect(along(axis, 120)).toBe(100)
})

test('a small city is not coloured as a bad one, one with alarms is', () => {
  expect(judgedBy(kpi('radio.sites_in_service'))).toBe('none')
  expect(judgedBy(kpi('parking.free_spaces'))).toBe('none')
  expect(judgedBy(kpi('grid.inspected_km'))).toBe('none')
  expect(judgedBy(kpi('parking.occupancy_pct'))).toBe('none')
  expect(judgedBy(kpi('radio.alarms_active_critical'))).toBe('down')
  expect(judgedBy(kpi('grid.defects_open_critical'))).toBe('down')
  expect(judgedBy(kpi('radio.accessibility_pct'))).toBe('up')
  expect(judgedBy(kpi('datacenter.pue'))).toBe('down')
})

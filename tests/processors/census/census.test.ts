import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { censusMessages, strangeCounties } from '../../../processors/census/census-messages.ts'
import { dueWindows, newestEnded } from '../../../processors/census/census-schedule.ts'
import { censusSql, yearStart } from '../../../schemas/clickhouse/census-sql.ts'
import { censusMeasures } from '../../../schemas/kpis/census.ts'
import { censusIds } from '../../../schemas/kpis/kpi.ts'
import { kpisOf } from '../../../schemas/kpis/kpis.ts'
import { regions } from '../../../schemas/regions/regions.ts'

const minute = 60_000
const window = { start: 0, end: minute }

describe('the schedule', () => {
  it('begins with the newest window that has ended', () => {
    expect(newestEnded(10 * minute, minute)).toBe(9 * minute)
    expect(newestEnded(10 * minute + 1, minute)).toBe(9 * minute)
    expect(newestEnded(10 * minute - 1, minute)).toBe(8 * minute)
  })

  it('leaves no window out and repeats none, whenever it looks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10 * minute), { minLength: 1 }), steps => {
        let now = 0
        let next = 0
        const starts: number[] = []
        for (const step of steps) {
          now += step
          for (const due of dueWindows(next, now, minute)) {
            expect(due.end).toBeLessThanOrEqual(now)
            starts.push(due.start)
            next = due.end
          }
        }
        expect(starts).toEqual(Array.from({ length: Math.floor(now / minute) }, (_, i) => i * minute))
      }),
    )
  })
})

describe('the year', () => {
  it('begins at midnight in the province', () => {
    const newYear = Date.UTC(2025, 11, 31, 16)
    expect(yearStart(newYear + 1)).toBe(newYear)
    expect(yearStart(Date.UTC(2026, 5, 1))).toBe(newYear)
  })

  it('is still the old one for the window that ends with it', () => {
    expect(yearStart(Date.UTC(2025, 11, 31, 16))).toBe(Date.UTC(2024, 11, 31, 16))
  })
})

describe('the messages', () => {
  const lots = new Map([
    ['370102', [3]],
    ['370103', [4]],
    ['370202', [5]],
  ])
  const messages = new Map(
    censusMessages('parking_census', window, lots, 1_000).map(message => [message.region, message]),
  )

  it('are one for every region, with the sum of its counties', () => {
    expect(messages.size).toBe(regions.length)
    const value = (region: string) => messages.get(region)?.kpis[0]?.value
    expect(value('370102')).toBe(3)
    expect(value('370100')).toBe(7)
    expect(value('circle-jiaodong')).toBe(5)
    expect(value('370000')).toBe(12)
    expect(value('370400')).toBe(0)
  })

  it('are final, without coverage, and say when they were computed', () => {
    expect(messages.get('370000')).toMatchObject({
      record: 'parking_census',
      status: 'final',
      revision: 1,
      version: 1_000,
      coverage: null,
      window_start: 0,
      window_end: minute,
      measures: [12],
    })
  })

  it('have null for a ratio without a denominator', () => {
    const [grid] = censusMessages('grid_census', window, new Map(), 1_000)
    const ratio = grid?.kpis.find(({ kpi }) => kpi === 'grid.unmanned_coverage_pct')
    expect(ratio).toEqual({ kpi: 'grid.unmanned_coverage_pct', value: null, numerator: 0, denominator: 0 })
  })

  it('name counties that do not exist', () => {
    expect(strangeCounties(new Map([...lots, ['999999', [1]]]))).toEqual(['999999'])
  })
})

describe.each(censusIds)('%s', census => {
  it('has every measure that its KPIs need, and its SQL gives all of them', () => {
    const measures = censusMeasures[census]
    const terms = kpisOf(census).flatMap(({ factors }) =>
      factors.flatMap(({ numerator, denominator }) => [numerator, denominator]),
    )
    expect(measures).toEqual(expect.arrayContaining(terms.filter(term => typeof term === 'string')))
    for (const measure of measures) expect(censusSql(census)).toContain(`AS ${measure}`)
  })
})

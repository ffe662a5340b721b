import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findRegions } from '../../../../../api/wallboard/state/compare/find-regions.ts'
import { paceOf, yearOf } from '../../../../../api/wallboard/state/compare/pace.ts'
import { partsOf, peersOf, spreadOf } from '../../../../../api/wallboard/state/compare/peers.ts'
import { positionsOf } from '../../../../../api/wallboard/state/compare/positions.ts'
import { regionOf } from '../../../../../schemas/regions/regions.ts'

const dayMs = 86_400_000
const noon = Date.parse('2026-11-26T12:00:00+08:00')
const daily = (days: number, of: (day: number) => number | null, until = noon) =>
  Array.from({ length: days }, (_, i) => {
    const window_start = until - (days - i) * dayMs
    const value = of(i)
    return {
      window_start,
      window_end: window_start + dayMs,
      value,
      status: 'final',
      revision: 1,
      coverage: 1,
    } as const
  })

describe('the pace', () => {
  test('of ten a day leads to ten a day more by the end of the year', () => {
    const pace = paceOf(
      daily(30, day => 195_000 + 10 * day),
      195_300,
      noon,
    )
    expect(pace).toMatchObject({ kind: 'projected', perDay: expect.closeTo(10, 6) })
    // 35.5 days are left.
    expect(pace).toMatchObject({ atYearEnd: expect.closeTo(195_655, 3) })
  })

  test('is not told from a few days, nor from days that were not stored', () => {
    expect(paceOf([], 5, noon)).toEqual({ kind: 'short', days: 0 })
    expect(
      paceOf(
        daily(6, day => day),
        5,
        noon,
      ),
    ).toEqual({ kind: 'short', days: 5 })
    expect(
      paceOf(
        daily(40, day => (day < 35 ? null : day)),
        5,
        noon,
      ),
    ).toEqual({ kind: 'short', days: 4 })
  })

  test('is of this year: what is counted anew each year falls back to nothing in the night', () => {
    const january = Date.parse('2027-01-10T12:00:00+08:00')
    const pace = paceOf(
      daily(60, day => (day < 51 ? 700 : day - 51), january),
      9,
      january,
    )
    expect(pace).toMatchObject({ kind: 'projected', perDay: expect.closeTo(1, 6) })
  })

  test('ends when the year does in the province', () => {
    expect(yearOf(Date.parse('2026-12-31T23:59:59+08:00')).to).toBe(Date.parse('2027-01-01T00:00:00+08:00'))
    expect(yearOf(Date.parse('2026-12-31T16:00:00Z')).from).toBe(Date.parse('2027-01-01T00:00:00+08:00'))
  })
})

describe('peers', () => {
  test('of a city are the cities, of a county those of its city, the province has none', () => {
    expect(peersOf(regionOf('370200')!)).toHaveLength(16)
    expect(peersOf(regionOf('370202')!).map(({ code }) => code.slice(0, 4))).toEqual(Array(10).fill('3702'))
    expect(peersOf(regionOf('370000')!)).toEqual([])
    expect(partsOf(regionOf('370000')!)).toHaveLength(16)
    expect(partsOf(regionOf('370202')!)).toHaveLength(10)
  })

  test('spread as people draw it', () => {
    expect(spreadOf([5, 1, 3, 2, 4])).toEqual({
      low: 1,
      lowerQuartile: 2,
      median: 3,
      upperQuartile: 4,
      high: 5,
    })
    expect(spreadOf([1, 2])?.median).toBe(1.5)
    expect(spreadOf([])).toBeNull()
  })

  test('lie in order, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 }), values => {
        const { low, lowerQuartile, median, upperQuartile, high } = spreadOf(values)!
        const all = [low, lowerQuartile, median, upperQuartile, high]
        expect(all).toEqual([...all].sort((a, b) => a - b))
        expect([low, high]).toEqual([Math.min(...values), Math.max(...values)])
      }),
    )
  })

  test('of the same value share a position', () => {
    const values = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 3],
      ['d', 2],
    ])
    expect([...positionsOf(values, 'down')]).toEqual([
      ['a', 1],
      ['c', 1],
      ['d', 3],
      ['b', 4],
    ])
    expect(positionsOf(values, 'up').get('b')).toBe(1)
  })
})

describe('the search', () => {
  const find = (text: string, sees: (code: string) => boolean = () => true) =>
    findRegions(text, { sees, limit: 5 }).map(({ code }) => code)

  test('finds by Chinese and English names and by code, however they are typed', () => {
    expect(find('青岛')).toEqual(['370200'])
    expect(find('  LAO shan ')).toEqual(['370212'])
    expect(find("tai'an")[0]).toBe('370900')
    expect(find('taierzhuang')).toEqual(['370405'])
    expect(find('370212')).toEqual(['370212'])
  })

  test('names first what begins so, and cities before counties', () => {
    expect(find('济')[0]).toBe('370100')
    expect(find('3702')[0]).toBe('370200')
  })

  test('finds nothing for nothing, and only what may be seen', () => {
    expect(find(' ')).toEqual([])
    expect(find('xyz')).toEqual([])
    expect(find('青岛', code => code.startsWith('3701'))).toEqual([])
  })
})

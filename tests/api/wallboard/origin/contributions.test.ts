import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contributionsOf, termsOf, totalOf } from '../../../../api/wallboard/state/contributions.ts'
import { counties as allCounties } from '../../../../schemas/regions/regions.ts'
import { builtIn, constant, county, lineageOf, measure } from './lineages.ts'

const [lixia, shizhong, shinan] = ['370102', '370103', '370202'] as const
const occupied = measure('occupied')
const three = [
  county(lixia, { occupied: 30, capacity: 100 }, { value: 30 }),
  county(shizhong, { occupied: 50, capacity: 60 }, { value: 83.3 }),
  county(shinan, { occupied: 20, capacity: 40 }, { value: 50, readings: 7 }),
]

describe('what the regions below contribute', () => {
  test('of the province are its cities, each the sum of its counties, the greatest first', () => {
    expect(contributionsOf(lineageOf(three), occupied)).toEqual({
      total: 100,
      joined: 'sum',
      byCity: true,
      parts: [
        { region: '370100', number: 80, share: 0.8, length: 1, value: null, readings: 20 },
        { region: '370200', number: 20, share: 0.2, length: 0.25, value: null, readings: 7 },
      ],
    })
  })

  test('of a city are its counties, with their own values', () => {
    const city = lineageOf(three.slice(0, 2), { region: '370100' })
    expect(contributionsOf(city, measure('capacity'))?.parts).toMatchObject([
      { region: lixia, number: 100, value: 30 },
      { region: shizhong, number: 60, value: 83.3 },
    ])
  })

  test('is said to differ when it does not come to the number of the region', () => {
    const wrong = lineageOf(three, { totals: { measures: { occupied: 101, capacity: 200 } } })
    expect(contributionsOf(wrong, occupied)).toMatchObject({
      joined: 'differs',
      parts: [{ share: null }, {}],
    })
  })

  test('to an extreme is the extreme', () => {
    const hot = lineageOf(three, { totals: { measures: { occupied: 50 } } })
    expect(contributionsOf(hot, occupied)).toMatchObject({
      joined: 'highest',
      total: 50,
      parts: [
        { region: '370100', number: 50 },
        { region: '370200', number: 20 },
      ],
    })
    const cold = lineageOf(three, { totals: { measures: { occupied: 20 } } })
    expect(contributionsOf(cold, occupied)).toMatchObject({ joined: 'lowest' })
  })

  test('leaves out counties in which nothing was measured', () => {
    const silent = lineageOf([...three, county('370203', { occupied: null })])
    expect(contributionsOf(silent, occupied)?.parts.map(({ region }) => region)).toEqual(['370100', '370200'])
  })

  test('to assets and readings is counted too', () => {
    expect(contributionsOf(lineageOf(three), builtIn('readings'))).toMatchObject({ total: 27, joined: 'sum' })
    expect(contributionsOf(lineageOf(three), builtIn('expected'))).toMatchObject({ total: 9, joined: 'sum' })
  })

  test('is not known of an earlier revision', () => {
    expect(contributionsOf(lineageOf(three, { counties: null, totals: null }), occupied)).toBeUndefined()
  })

  test('adds up whatever the counties say', () => {
    const numbers = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 136 })
    fc.assert(
      fc.property(numbers, fc.constantFrom('370000', 'circle-jiaodong', '370200'), (list, region) => {
        const lineage = lineageOf(
          list.map((number, i) => county(allCounties[i]!.code, { occupied: number })),
          { region },
        )
        const { parts, total, joined } = contributionsOf(lineage, occupied)!
        expect(joined).toBe('sum')
        const sum = parts.reduce((all, { number }) => all + number, 0)
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(1e-9 * Math.max(1, total))
        for (const { length } of parts) expect(length).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('the numbers of a formula', () => {
  const factors = [
    { numerator: measure('exits'), denominator: measure('capacity') },
    { numerator: constant('1'), denominator: builtIn('observed_h') },
    { numerator: measure('capacity'), denominator: builtIn('assets') },
  ]
  const lineage = lineageOf(three, { formula: { text: '', scale: 1, at_most: null, factors } })

  test('to which counties contribute are named once; constants and the length of the window are not', () => {
    expect(termsOf(lineage).map(({ term }) => term)).toEqual(['exits', 'capacity', 'assets'])
  })

  test('are filled in', () => {
    expect(totalOf(lineage, measure('capacity'))).toBe(200)
    expect(totalOf(lineage, builtIn('assets'))).toBe(6)
    expect(totalOf(lineage, builtIn('observed_h'))).toBeCloseTo(1 / 60)
    expect(totalOf(lineage, constant('1'))).toBe(1)
    expect(totalOf(lineage, measure('exits'))).toBeUndefined()
  })
})

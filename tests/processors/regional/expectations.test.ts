import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asset } from '../../../platform/assets/asset.ts'
import { Expectations } from '../../../processors/regional/expectations.ts'
import { assetOf } from '../topology-driver.ts'

const minute = 60_000
const [a, b, c] = ['370102', '370103', '370202']

function lot(asset_id: string, county: string, more: Partial<Asset> = {}): Asset {
  return assetOf({ asset_id, record: 'parking', kind: 'lot', county, period_s: 60, ...more })
}

function expectedOf(...assets: readonly Asset[]) {
  const expectations = new Expectations()
  for (const asset of assets) expectations.set(asset, undefined)
  return (window: number) =>
    Object.fromEntries(expectations.of('parking', window * minute, (window + 1) * minute))
}

describe('what is expected of a window', () => {
  it('begins with the date that people gave, or else with the registration or the first reading', () => {
    const expected = expectedOf(
      lot('since when nobody knows', a),
      lot('dated', b, { commissioned_at: 3 * minute + 1, expected_from: 9 * minute }),
      lot('heard of', c, { expected_from: 5 * minute }),
    )
    expect(expected(2)).toEqual({ [a]: 1 })
    expect(expected(3)).toEqual({ [a]: 1, [b]: 1 })
    expect(expected(4)).toEqual({ [a]: 1, [b]: 1 })
    expect(expected(5)).toEqual({ [a]: 1, [b]: 1, [c]: 1 })
  })

  it('is expected of one county: where the asset is as the window begins', () => {
    const moves = [
      { county: a, until: 5 * minute + 30_000 },
      { county: b, until: 8 * minute },
    ]
    const expected = expectedOf(lot('moves', c, { former: moves, expected_from: 3 * minute + 1 }))
    expect([2, 3, 5, 6, 7, 8, 9].map(expected)).toEqual([
      {},
      { [a]: 1 },
      { [a]: 1 },
      { [b]: 1 },
      { [b]: 1 },
      { [c]: 1 },
      { [c]: 1 },
    ])
  })

  it('ends with the retirement, wherever the asset was to be moved', () => {
    const former = [{ county: a, until: 5 * minute }]
    const expected = expectedOf(lot('gone', b, { former, retired_at: 4 * minute }))
    expect([3, 4].map(expected)).toEqual([{ [a]: 1 }, {}])
  })

  it('says from when on a change makes a difference', () => {
    const expectations = new Expectations()
    const change = (after: Asset, before?: Asset) => [...expectations.set(after, before)]
    const first = lot('x', a, { expected_from: 10 * minute })
    expect(change(first)).toEqual([['parking', 10 * minute]])
    expect(change({ ...first, name: 'other' }, first)).toEqual([])
    const earlier = { ...first, expected_from: 4 * minute }
    expect(change(earlier, first)).toEqual([['parking', 4 * minute]])
    const moved = { ...earlier, county: b, former: [{ county: a, until: 20 * minute }] }
    expect(change(moved, earlier)).toEqual([['parking', 20 * minute]])
    const retired = { ...moved, retired_at: 30 * minute }
    expect(change(retired, moved)).toEqual([['parking', 30 * minute]])
    expect(change({ ...retired, period_s: 30 }, retired)).toEqual([['parking', 4 * minute]])
  })

  it('is what counting asset by asset gives, however the registry came to be what it is', () => {
    const time = fc.nat(30)
    const size = 4
    const maybe = fc.option(time, { nil: null })
    const county = fc.constantFrom(a, b, c)
    const asset = fc
      .record({
        commissioned_at: maybe,
        expected_from: maybe,
        retired_at: maybe,
        county,
        moves: fc.array(time),
      })
      .chain(({ moves, ...rest }) =>
        fc.array(county, { minLength: moves.length, maxLength: moves.length }).map(counties => ({
          ...rest,
          former: moves
            .toSorted((one, other) => one - other)
            .map((until, i) => ({ county: counties[i]!, until })),
        })),
      )
    const registered = fc.record({
      asset_id: fc.constantFrom('1', '2', '3'),
      period_s: fc.constantFrom(0.004, 0.016),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(registered, asset), { minLength: 1 }), log => {
        const expectations = new Expectations()
        const last = new Map<string, Asset>()
        for (const [{ asset_id, period_s }, rest] of log) {
          const next = lot(asset_id, rest.county, { ...rest, period_s })
          expectations.of('parking', 0, size)
          expectations.set(next, last.get(asset_id))
          last.set(asset_id, next)
        }
        for (let start = 0; start < 32; start += size) {
          const found = Object.fromEntries(expectations.of('parking', start, start + size))
          expect(found).toEqual(counted([...last.values()], start, start + size))
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** Asset by asset, and of each millisecond that decides. */
function counted(assets: readonly Asset[], start: number, end: number): Record<string, number> {
  const counties: Record<string, number> = {}
  for (const asset of assets) {
    const { commissioned_at, expected_from, retired_at, former, county, period_s } = asset
    const serves = (time: number) =>
      time >= (commissioned_at ?? expected_from ?? 0) && (retired_at === null || time < retired_at)
    const first = Array.from({ length: end - start }, (_, ms) => start + ms).find(serves)
    if (first === undefined) continue
    const place = former.find(({ until }) => first < until)?.county ?? county
    counties[place] = (counties[place] ?? 0) + Math.min(1, (end - start) / (period_s! * 1000))
  }
  return counties
}

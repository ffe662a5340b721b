import { expect, test } from 'vitest'
import { parseAsset } from '../../../ingest/assets/parse-asset.ts'
import { Refusal } from '../../../ingest/pipeline/refusal.ts'
import { type AssetItem, deviceAssets, lineAssets } from '../../../ingest/simulator/assets.ts'
import { linesOf } from '../../../ingest/simulator/feeds/lines.ts'
import { allot, countIn, countyTraits, provinceOf } from '../../../ingest/simulator/province.ts'
import { counties } from '../../../schemas/regions/regions.ts'

const townships = counties.reduce((sum, county) => sum + county.townships, 0)

function assetsOf(seed: number, scale: number): AssetItem[] {
  const province = provinceOf(seed, scale)
  return [...lineAssets(linesOf(province)), ...deviceAssets(province)]
}

test('counts per county follow the number of townships', () => {
  const { sites } = provinceOf(1, 1)
  expect(sites.size).toBe(1250)
  counties.forEach((county, index) => {
    const quota = 1 + ((1250 - counties.length) * county.townships) / townships
    expect(Math.abs(countIn(sites, index) - quota)).toBeLessThan(1)
  })
})

test('sharing out is exact, and nobody goes without', () => {
  for (const total of [136, 137, 563, 200_000]) {
    const counts = allot(total)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1)
  }
  expect(allot(1).reduce((sum, count) => sum + count, 0)).toBe(counties.length)
})

test('the real province is planned without making its assets', () => {
  const before = process.memoryUsage()
  const province = provinceOf(1, 160)
  const after = process.memoryUsage()
  expect(province.sites.size).toBe(200_000)
  expect(province.cells.size).toBe(600_000)
  expect(province.racks.size).toBe(350_000)
  expect(province.scale.periodS).toEqual({ radio_pm: 900, rack: 60, facility: 60, parking: 60 })
  const bytes = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers
  expect(bytes).toBeLessThan(20_000_000)
})

test('every county has every feed', () => {
  const seen = new Map<string, Set<string>>(counties.map(({ code }) => [code, new Set()]))
  for (const asset of assetsOf(1, 0.1)) seen.get(asset.county)?.add(asset.kind)
  for (const kinds of seen.values())
    expect([...kinds].sort()).toEqual(['cell', 'facility', 'line', 'lot', 'rack', 'site'])
})

test('the door takes every asset; ids are unique', () => {
  const assets = assetsOf(1, 1)
  for (const asset of assets) {
    const parsed = parseAsset(asset, 0)
    if (parsed instanceof Refusal) expect.fail(`${asset.asset_id}: ${parsed.message}`)
  }
  expect(new Set(assets.map(asset => asset.asset_id)).size).toBe(assets.length)
})

test('the same seed gives the same assets, another seed others', () => {
  expect(assetsOf(5, 0.2)).toEqual(assetsOf(5, 0.2))
  expect(assetsOf(5, 0.2)).not.toEqual(assetsOf(6, 0.2))
})

test('a county is like its city, and cities differ', () => {
  const trait = countyTraits(1, 'pue')
  const byCity = Map.groupBy(
    counties.map((county, index) => ({ city: county.parent, value: trait[index]! })),
    ({ city }) => city,
  )
  const means = [...byCity.values()].map(own => own.reduce((sum, { value }) => sum + value, 0) / own.length)
  expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(1)
  for (const own of byCity.values()) {
    const values = own.map(({ value }) => value)
    expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(0.5)
  }
  expect(Math.min(...trait)).toBeGreaterThanOrEqual(-1)
  expect(Math.max(...trait)).toBeLessThanOrEqual(1)
})

import { counties, regionOf } from '../../schemas/regions/regions.ts'
import { signed, split } from './random.ts'
import { cellsPerSite, type Scale, scaleOf } from './scale.ts'

/** Assets of one kind, numbered through the counties; only where each county begins is kept. */
export interface Population {
  readonly size: number
  /** First asset of each county, and the size at the end. */
  readonly offsets: Int32Array
  /** Index into `counties` of each asset. */
  readonly countyOf: Uint8Array
}

/** Everything that does not change: how many assets there are, where, and the seed they behave by. */
export interface Province {
  readonly seed: number
  readonly scale: Scale
  readonly sites: Population
  readonly cells: Population
  readonly racks: Population
  readonly facilities: Population
  readonly lots: Population
  readonly lines: Population
  readonly crews: Population
}

const racksPerFacility = 1000
const linesPerCounty = 5

export function provinceOf(seed: number, scale: number): Province {
  const plan = scaleOf(scale)
  const sites = population(allot(plan.sites))
  const racks = allot(plan.racks)
  return {
    seed,
    scale: plan,
    sites,
    cells: population(countsOf(sites).map(count => count * cellsPerSite)),
    racks: population(racks),
    facilities: population(racks.map(count => Math.max(1, Math.round(count / racksPerFacility)))),
    lots: population(allot(plan.lots)),
    lines: population(allot(linesPerCounty * counties.length)),
    crews: population(counties.map(() => plan.crewsPerCounty)),
  }
}

/**
 * Shares `total` among the counties by their number of townships: one each first, the rest by largest remainder.
 * Exact whenever there are at least as many as counties.
 */
export function allot(total: number): number[] {
  const rest = Math.max(0, total - counties.length)
  const townships = counties.reduce((sum, county) => sum + county.townships, 0)
  const quotas = counties.map(county => (rest * county.townships) / townships)
  const counts = quotas.map(quota => 1 + Math.floor(quota))
  const missing = rest - quotas.reduce((sum, quota) => sum + Math.floor(quota), 0)
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - Math.floor(quota) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  for (const { index } of byRemainder.slice(0, missing)) counts[index] = (counts[index] ?? 0) + 1
  return counts
}

function population(counts: readonly number[]): Population {
  const offsets = new Int32Array(counts.length + 1)
  counts.forEach((count, county) => {
    offsets[county + 1] = (offsets[county] ?? 0) + count
  })
  const size = offsets[counts.length] ?? 0
  const countyOf = new Uint8Array(size)
  counts.forEach((_, county) => {
    countyOf.fill(county, offsets[county], offsets[county + 1])
  })
  return { size, offsets, countyOf }
}

function countsOf({ offsets }: Population): number[] {
  return counties.map((_, county) => (offsets[county + 1] ?? 0) - (offsets[county] ?? 0))
}

/** Index of the county an asset is in. */
export function countyOf(population: Population, asset: number): number {
  return population.countyOf[asset] ?? 0
}

/** The asset's number within its county, from 0. */
export function withinCounty(population: Population, asset: number): number {
  return asset - (population.offsets[countyOf(population, asset)] ?? 0)
}

/** How many assets a county has. */
export function countIn(population: Population, county: number): number {
  return (population.offsets[county + 1] ?? 0) - (population.offsets[county] ?? 0)
}

const cities = [...new Set(counties.map(county => county.parent ?? ''))]
const cityOf = counties.map(county => cities.indexOf(county.parent ?? ''))

/**
 * What sets a county apart in one respect, in [-1, 1] for each county: mostly its city's, partly its own, so that
 * the map has structure at both levels. Cities are spread evenly over the range in an order of their own.
 */
export function countyTraits(seed: number, name: string): Float64Array {
  const key = split(seed, `trait ${name}`)
  const order = cities.map((_, city) => city).sort((a, b) => signed(key, 1, a) - signed(key, 1, b))
  const ofCity = cities.map((_, city) => (2 * order.indexOf(city)) / (cities.length - 1) - 1)
  return Float64Array.from(
    counties,
    (_, county) => 0.75 * (ofCity[cityOf[county] ?? 0] ?? 0) + 0.25 * signed(key, 2, county),
  )
}

export function countyCode(county: number): string {
  return counties[county]?.code ?? ''
}

/** Index of the city a county belongs to, from 0. */
export function cityIndex(county: number): number {
  return cityOf[county] ?? 0
}

/**
 * A place for an asset: counties stand around their city's centre (only those are known), assets around their
 * county. Degrees, WGS 84; good for a schematic map only.
 */
export function placeOf(county: number, key: number, asset: number): { lat: number; lon: number } {
  const city = regionOf(counties[county]?.parent ?? '')
  const angle = 2.399963 * county
  const radius = 0.12 + 0.25 * ((county * 0.618034) % 1)
  const round = (degrees: number) => Math.round(degrees * 1e5) / 1e5
  return {
    lat: round((city?.lat ?? 36.4) + radius * Math.sin(angle) + 0.08 * signed(key, asset, 1)),
    lon: round((city?.lon ?? 118.5) + radius * Math.cos(angle) + 0.1 * signed(key, asset, 2)),
  }
}

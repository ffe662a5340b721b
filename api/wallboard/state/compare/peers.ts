import { childrenOf, type Region } from '../../../../schemas/regions/regions.ts'
import { citiesUnder, provinceCode } from '../catalogue.ts'

/** Whom a region is compared with: all cities, or the counties of the same city, itself among them. */
export function peersOf(region: Region): readonly Region[] {
  if (region.level === 'city') return citiesUnder(provinceCode)
  if (region.level === 'county' && region.parent) return childrenOf(region.parent)
  return []
}

/** What a region is made of, as the wall shows it: the province of cities, a city of counties. */
export function partsOf(region: Region): readonly Region[] {
  if (region.level === 'county') return region.parent ? childrenOf(region.parent) : []
  return region.level === 'city' ? childrenOf(region.code) : citiesUnder(region.code)
}

export interface Spread {
  readonly low: number
  readonly lowerQuartile: number
  readonly median: number
  readonly upperQuartile: number
  readonly high: number
}

/** How values lie; null where there are none. Quartiles are linear between neighbours (type 7 of Hyndman and Fan). */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => {
    const place = share * (sorted.length - 1)
    const below = sorted[Math.floor(place)] ?? Number.NaN
    const above = sorted[Math.ceil(place)] ?? Number.NaN
    return below + (above - below) * (place - Math.floor(place))
  }
  return {
    low: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    high: at(1),
  }
}

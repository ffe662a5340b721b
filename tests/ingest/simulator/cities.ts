import { counties } from '../../../schemas/regions/regions.ts'

const cities = [...new Set(counties.map(({ parent }) => parent))]

export const cityCount = cities.length

/** Index of the city of a county index. */
export function cityOfCounty(county: number): number {
  return cities.indexOf(counties[county]?.parent ?? null)
}

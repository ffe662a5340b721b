import shandong from './shandong.json' with { type: 'json' }

export const levels = ['county', 'city', 'circle', 'province'] as const
export type Level = (typeof levels)[number]

export interface Region {
  /** GB/T 2260 code (`dddddd`, `dddd00`, `370000`) or `circle-…`. */
  readonly code: string
  readonly level: Level
  readonly parent: string | null
  readonly zh: string
  readonly en: string
  /** Degrees, WGS 84; known for cities only. */
  readonly lon: number | null
  readonly lat: number | null
  /** Number of townships and subdistricts; a county's weight where nothing better is known. */
  readonly townships: number
  /** RFC 3339 dates, half-open; null where unbounded. Boundaries move, codes are never reused. */
  readonly validFrom: string | null
  readonly validTo: string | null
}

const { province, circles, cities, retired } = shandong

const place = { lon: null, lat: null, validFrom: null, validTo: null }

function townshipsOf(counties: readonly { readonly townships: number }[]): number {
  return counties.reduce((sum, county) => sum + county.townships, 0)
}

/** All regions in force, the province first, then circles, cities, counties. */
export const regions: readonly Region[] = Object.freeze([
  {
    ...place,
    ...province,
    level: 'province',
    parent: null,
    townships: townshipsOf(cities.flatMap(city => city.counties)),
  },
  ...circles.map(
    (circle): Region => ({
      ...place,
      ...circle,
      level: 'circle',
      parent: province.code,
      townships: townshipsOf(cities.filter(city => city.circle === circle.code).flatMap(c => c.counties)),
    }),
  ),
  ...cities.map(
    ({ code, zh, en, circle, lon, lat, counties }): Region => ({
      ...place,
      code,
      zh,
      en,
      lon,
      lat,
      level: 'city',
      parent: circle,
      townships: townshipsOf(counties),
    }),
  ),
  ...cities.flatMap(city =>
    city.counties.map((county): Region => ({ ...place, ...county, level: 'county', parent: city.code })),
  ),
] satisfies Region[])

export const counties: readonly Region[] = regions.filter(region => region.level === 'county')

const byCode = new Map(regions.map(region => [region.code, region]))
const successors = new Map(retired.map(({ code, now }) => [code, now]))

export function regionOf(code: string): Region | undefined {
  return byCode.get(code)
}

/**
 * The county in force for a six-digit code: itself, or the successor of a retired one
 * (371200 Laiwu became Jinan's 370116 at the end of 2018). Undefined for anything else.
 */
export function countyInForce(code: string): string | undefined {
  const now = successors.get(code) ?? code
  return byCode.get(now)?.level === 'county' ? now : undefined
}

/** The region itself and everything above it, county first, province last. */
export function withAncestors(code: string): readonly string[] {
  const chain: string[] = []
  for (
    let region = byCode.get(code);
    region;
    region = region.parent ? byCode.get(region.parent) : undefined
  ) {
    chain.push(region.code)
  }
  return chain
}

/** Direct children; a circle's are its cities, a county has none. */
export function childrenOf(code: string): readonly Region[] {
  return regions.filter(region => region.parent === code)
}

/** The region and everything below it. */
export function subtreeOf(code: string): readonly Region[] {
  const region = byCode.get(code)
  return region ? [region, ...childrenOf(code).flatMap(child => subtreeOf(child.code))] : []
}

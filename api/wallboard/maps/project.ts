import type { CityOutlines } from './city-outlines.ts'

export interface CityShape {
  readonly code: string
  /** SVG path data. */
  readonly path: string
  /** Where the middle of its label goes. */
  readonly label: { readonly x: number; readonly y: number }
}

export interface ProjectedMap {
  readonly width: number
  readonly height: number
  readonly cities: readonly CityShape[]
}

/**
 * Draws the outlines `width` units wide: equirectangular, true to shape at the province's middle latitude.
 * At 4 degrees of height its error is under 3 %, and straight borders stay straight.
 */
export function projectMap({ cities, steps }: CityOutlines, width: number): ProjectedMap {
  const bounds = boundsOf(cities.flatMap(city => city.rings))
  const shrink = Math.cos((((bounds.minY + bounds.maxY) / 2 / steps) * Math.PI) / 180)
  const scale = width / ((bounds.maxX - bounds.minX) * shrink)
  const x = (lon: number): number => round((lon - bounds.minX) * shrink * scale)
  const y = (lat: number): number => round((bounds.maxY - lat) * scale)
  return {
    width,
    height: y(bounds.minY),
    cities: cities.map(({ code, rings, label: [lon = 0, lat = 0] }) => ({
      code,
      path: rings.map(ring => pathOf(pairs(ring).map(([lon, lat]) => [x(lon), y(lat)]))).join(''),
      label: { x: x(lon), y: y(lat) },
    })),
  }
}

type XY = readonly [x: number, y: number]

function pathOf(ring: readonly XY[]): string {
  return `M${ring.map(([x, y]) => `${x},${y}`).join('L')}Z`
}

function pairs(flat: readonly number[]): readonly XY[] {
  const all: XY[] = []
  for (let i = 0; i + 1 < flat.length; i += 2) all.push([flat[i] ?? 0, flat[i + 1] ?? 0])
  return all
}

function boundsOf(rings: readonly (readonly number[])[]) {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of rings) {
    for (const [x, y] of pairs(ring)) {
      minX = Math.min(minX, x)
      maxX = Math.max(maxX, x)
      minY = Math.min(minY, y)
      maxY = Math.max(maxY, y)
    }
  }
  return { minX, minY, maxX, maxY }
}

function round(n: number): number {
  return Math.round(n * 10) / 10
}

import { decodeEcharts, type EncodedMap, type Ring } from './decode-echarts.ts'
import { labelPoint } from './label-point.ts'
import { mergeRings, signedArea, snapRing } from './merge-rings.ts'

/** The generated file `shandong-cities.json`. */
export interface CityOutlines {
  readonly attribution: string
  /** Coordinates are whole numbers of 1/steps degrees (WGS 84). */
  readonly steps: number
  readonly cities: readonly {
    readonly code: string
    /** Outer rings as x, y, x, y …: east, north. */
    readonly rings: readonly (readonly number[])[]
    /** Where its label goes, x and y. */
    readonly label: readonly number[]
  }[]
}

/** A 256th of a degree is less than one pixel on a 4K wall. */
const steps = 256
/** Islands smaller than this many square degrees would be a dot of two pixels. */
const smallestIsland = 0.0006
/** Laiwu became two districts of Jinan at the end of 2018; the source map is older. */
const merged = { from: '371200', into: '370100' }

const attribution =
  'City outlines of Shandong derived from Apache ECharts 4.9.0, map/json/province/shandong.json, ' +
  'Copyright 2017-2020 The Apache Software Foundation, Apache License 2.0. Modified: decoded, 371200 (Laiwu) merged ' +
  'into 370100 (Jinan), rounded to 1/256 degree, islets dropped. For display only: not an authority on any boundary.'

/** The 16 cities in force, from the 17 of the source map. */
export function cityOutlines(source: EncodedMap): CityOutlines {
  const rings = new Map(decodeEcharts(source))
  const [from, into] = [rings.get(merged.from), rings.get(merged.into)]
  if (!from || !into) throw new Error(`the map lacks ${merged.from} or ${merged.into}`)
  rings.set(merged.into, mergeRings([...into, ...from]))
  rings.delete(merged.from)
  return {
    attribution,
    steps,
    cities: [...rings].map(([code, all]) => {
      const seen = all.map(ring => snapRing(ring, steps)).filter(isSeen)
      return { code, rings: seen.map(flat), label: flat([labelPoint(largest(seen))]) }
    }),
  }
}

function largest(rings: readonly Ring[]): Ring {
  return rings.reduce((most, ring) => (Math.abs(signedArea(ring)) > Math.abs(signedArea(most)) ? ring : most))
}

function isSeen(ring: Ring): boolean {
  return ring.length > 2 && Math.abs(signedArea(ring)) >= smallestIsland
}

function flat(ring: Ring): readonly number[] {
  return ring.flatMap(([lon, lat]) => [Math.round(lon * steps), Math.round(lat * steps)])
}

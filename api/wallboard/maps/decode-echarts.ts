/** Degrees east, degrees north. */
export type Point = readonly [lon: number, lat: number]
/** Closed line without the repeated last point. */
export type Ring = readonly Point[]

/** The parts of an echarts 4 province map (`UTF8Encoding: true`) that are read here. */
export interface EncodedMap {
  readonly UTF8Encoding: boolean
  readonly UTF8Scale?: number
  readonly features: readonly EncodedFeature[]
}

interface EncodedFeature {
  readonly id: string
  readonly geometry:
    | {
        readonly type: 'Polygon'
        readonly coordinates: readonly string[]
        readonly encodeOffsets: readonly Point[]
      }
    | {
        readonly type: 'MultiPolygon'
        readonly coordinates: readonly (readonly string[])[]
        readonly encodeOffsets: readonly (readonly Point[])[]
      }
}

/** Outer rings of every feature by its id (the map has no holes that matter at this size). */
export function decodeEcharts(map: EncodedMap): ReadonlyMap<string, readonly Ring[]> {
  if (!map.UTF8Encoding) throw new Error('the map is not in the UTF8Encoding of echarts 4')
  const scale = map.UTF8Scale ?? 1024
  return new Map(
    map.features.map(({ id, geometry }) => {
      const rings =
        geometry.type === 'Polygon'
          ? geometry.coordinates.map((text, i) => decodeRing(text, geometry.encodeOffsets[i], scale))
          : geometry.coordinates.flatMap((polygon, p) =>
              polygon.map((text, i) => decodeRing(text, geometry.encodeOffsets[p]?.[i], scale)),
            )
      return [id, rings]
    }),
  )
}

/** Each pair of characters is a zigzag-encoded step from the point before, in 1/scale degrees. */
function decodeRing(text: string, offset: Point | undefined, scale: number): Ring {
  if (!offset) throw new Error('a ring without its encodeOffsets')
  let [x, y] = offset
  const ring: Point[] = []
  for (let i = 0; i + 1 < text.length; i += 2) {
    x += unzigzag(text.charCodeAt(i) - 64)
    y += unzigzag(text.charCodeAt(i + 1) - 64)
    ring.push([x / scale, y / scale])
  }
  return withoutRepeatedEnd(ring)
}

function unzigzag(n: number): number {
  return (n >> 1) ^ -(n & 1)
}

function withoutRepeatedEnd(ring: readonly Point[]): Ring {
  const first = ring[0]
  const last = ring[ring.length - 1]
  const closed = first && last && ring.length > 1 && first[0] === last[0] && first[1] === last[1]
  return closed ? ring.slice(0, -1) : ring
}

import type { Point, Ring } from './decode-echarts.ts'

/** Rounds every point to a grid of 1/steps degrees and drops points that no longer bend the line. */
export function snapRing(ring: Ring, steps: number): Ring {
  const snapped: Point[] = []
  for (const [lon, lat] of ring) {
    const point: Point = [Math.round(lon * steps) / steps, Math.round(lat * steps) / steps]
    const last = snapped[snapped.length - 1]
    if (!last || !same(last, point)) snapped.push(point)
  }
  while (snapped.length > 1 && same(first(snapped), last(snapped))) snapped.pop()
  return snapped
}

/**
 * The outline of several areas that share borders: a stretch of border that two of them run along in opposite
 * directions is inside and falls away, what is left is joined into rings.
 */
export function mergeRings(rings: readonly Ring[]): readonly Ring[] {
  const edges = new Map<string, [Point, Point]>()
  for (const ring of rings.map(clockwise)) {
    ring.forEach((from, i) => {
      const to = ring[(i + 1) % ring.length]
      if (!to) return
      if (!edges.delete(edgeKey(to, from))) edges.set(edgeKey(from, to), [from, to])
    })
  }
  return joined([...edges.values()])
}

function joined(edges: readonly [Point, Point][]): readonly Ring[] {
  const byStart = new Map<string, Point[]>()
  for (const [from, to] of edges) {
    const ends = byStart.get(pointKey(from))
    if (ends) ends.push(to)
    else byStart.set(pointKey(from), [to])
  }
  const rings: Ring[] = []
  for (const [start] of edges) {
    const ring: Point[] = []
    let at: Point | undefined = start
    while (at) {
      const next: Point | undefined = byStart.get(pointKey(at))?.pop()
      if (next) ring.push(at)
      at = next
    }
    if (ring.length > 2) rings.push(ring)
  }
  return rings
}

/** Square degrees; positive when the ring runs counter-clockwise. */
export function signedArea(ring: Ring): number {
  let sum = 0
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length] ?? [x, y]
    sum += x * nextY - nextX * y
  })
  return sum / 2
}

function clockwise(ring: Ring): Ring {
  return signedArea(ring) > 0 ? [...ring].reverse() : ring
}

function same(a: Point, b: Point): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

function first(ring: Ring): Point {
  return ring[0] ?? [0, 0]
}

function last(ring: Ring): Point {
  return ring[ring.length - 1] ?? [0, 0]
}

function pointKey([lon, lat]: Point): string {
  return `${lon},${lat}`
}

function edgeKey(from: Point, to: Point): string {
  return `${pointKey(from)}|${pointKey(to)}`
}

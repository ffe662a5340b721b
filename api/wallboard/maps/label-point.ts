import type { Point, Ring } from './decode-echarts.ts'

/** Labels are this much wider than high, so sideways room counts for less. */
const labelAspect = 1.6
const gridCells = 24

/** The point inside the ring with the most room around it, found on a coarse grid: labels stay clear of borders. */
export function labelPoint(ring: Ring): Point {
  const xs = ring.map(([x]) => x)
  const ys = ring.map(([, y]) => y)
  const [minX, minY] = [Math.min(...xs), Math.min(...ys)]
  const [spanX, spanY] = [Math.max(...xs) - minX, Math.max(...ys) - minY]
  let best = { x: minX, y: minY, room: -1 }
  for (let i = 1; i < gridCells; i++) {
    for (let j = 1; j < gridCells; j++) {
      const x = minX + (spanX * i) / gridCells
      const y = minY + (spanY * j) / gridCells
      if (!contains(ring, x, y)) continue
      const room = Math.min(...ring.map(([px, py]) => Math.hypot((px - x) / labelAspect, py - y)))
      if (room > best.room) best = { x, y, room }
    }
  }
  return [best.x, best.y]
}

function contains(ring: Ring, x: number, y: number): boolean {
  let inside = false
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length] ?? [x1, y1]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  })
  return inside
}

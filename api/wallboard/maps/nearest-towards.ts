import type { CityShape } from './project.ts'

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** A region and where it stands on the screen, y downwards. */
export type Placed = Pick<CityShape, 'code' | 'label'>

/** The region that lies nearest in the direction of an arrow key; undefined for other keys and at the edge. */
export function nearestTowards(regions: readonly Placed[], from: string, key: string): string | undefined {
  const direction = directions[key]
  const start = regions.find(({ code }) => code === from)?.label
  if (!direction || !start) return undefined
  const [dx, dy] = direction
  let best: { code: string; cost: number } | undefined
  for (const { code, label } of regions) {
    const [x, y] = [label.x - start.x, label.y - start.y]
    const ahead = x * dx + y * dy
    // Sideways counts double, so that "right" means right rather than nearest.
    const cost = ahead + 2 * Math.abs(x * dy + y * dx)
    if (code !== from && ahead > 0 && (!best || cost < best.cost)) best = { code, cost }
  }
  return best?.code
}

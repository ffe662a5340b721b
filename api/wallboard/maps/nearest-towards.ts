import type { CityShape } from './project.ts'

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** The city that lies nearest in the direction of an arrow key; undefined for other keys and at the edge. */
export function nearestTowards(cities: readonly CityShape[], from: string, key: string): string | undefined {
  const direction = directions[key]
  const start = cities.find(({ code }) => code === from)?.label
  if (!direction || !start) return undefined
  const [dx, dy] = direction
  let best: { code: string; cost: number } | undefined
  for (const { code, label } of cities) {
    const [x, y] = [label.x - start.x, label.y - start.y]
    const ahead = x * dx + y * dy
    // Sideways counts double, so that "right" means right rather than nearest.
    const cost = ahead + 2 * Math.abs(x * dy + y * dx)
    if (code !== from && ahead > 0 && (!best || cost < best.cost)) best = { code, cost }
  }
  return best?.code
}

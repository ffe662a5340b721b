/** Positions from 1 on; regions of the same value share one, as in sports: 1, 2, 2, 4. */
export function positionsOf(
  values: ReadonlyMap<string, number>,
  good: 'up' | 'down' | 'none',
): ReadonlyMap<string, number> {
  const sign = good === 'up' ? 1 : -1
  const sorted = [...values].sort(([, a], [, b]) => sign * (a - b))
  const positions = new Map<string, number>()
  let before: { readonly value: number; readonly position: number } | null = null
  for (const [i, [region, value]] of sorted.entries()) {
    const position: number = before?.value === value ? before.position : i + 1
    positions.set(region, position)
    before = { value, position }
  }
  return positions
}

import { type Axis, along } from './axis.ts'

export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Values counted in bins of equal width along an axis. */
export function histogram(values: readonly number[], axis: Axis, bins: number): readonly Bin[] {
  const width = (axis.high - axis.low) / bins
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) {
    const at = Math.min(bins - 1, Math.floor((along(axis, value) / 100) * bins))
    counts[at] = (counts[at] ?? 0) + 1
  }
  return counts.map((count, i) => ({ from: axis.low + i * width, to: axis.low + (i + 1) * width, count }))
}

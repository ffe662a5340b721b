import type { SeriesPoint } from '../protocol/parse-series.ts'

/** A sparkline in a box of 100 × 100, y downwards. */
export interface SparklineShape {
  /** Path data of the line; broken where windows are missing. */
  readonly line: string
  readonly target: number | null
  /** Windows that were corrected. */
  readonly corrections: readonly { readonly x: number; readonly y: number }[]
  readonly last: { readonly x: number; readonly y: number } | null
}

export interface SparklineOptions {
  /** The time at the left and right edge, epoch ms. */
  readonly from: number
  readonly to: number
  readonly target?: number | undefined
  /** Of the KPI: noise below what people act on is not blown up to full height. */
  readonly decimals: number
}

/** A gap of more than this many windows breaks the line: one that is missing is seen. */
const gapWindows = 0.5
const leastSpan = 10

export function sparklinePath(points: readonly SeriesPoint[], options: SparklineOptions): SparklineShape {
  const { from, to, target, decimals } = options
  const shown = points.filter(point => point.window_end > from && point.window_end <= to + 1)
  const values = shown.flatMap(({ value }) => (value === null ? [] : [value]))
  const range = rangeOf(values, decimals, target)
  const x = (point: SeriesPoint): number => round(((point.window_end - from) / (to - from)) * 100)
  const y = (value: number): number => round(100 - ((value - range.low) / (range.high - range.low)) * 100)

  let line = ''
  let before: SeriesPoint | null = null
  let last: { x: number; y: number } | null = null
  const corrections: { x: number; y: number }[] = []
  for (const point of shown) {
    if (point.value === null) {
      before = null
      continue
    }
    last = { x: x(point), y: y(point.value) }
    line += `${joins(before, point) ? 'L' : 'M'}${last.x},${last.y}`
    if (point.status === 'corrected') corrections.push(last)
    before = point
  }
  const targetSeen = target !== undefined && target >= range.low && target <= range.high
  return { line, target: targetSeen ? y(target) : null, corrections, last }
}

function joins(before: SeriesPoint | null, { window_start, window_end }: SeriesPoint): boolean {
  return before !== null && window_start - before.window_end <= gapWindows * (window_end - window_start)
}

/** The values with some air; with the target too when that does not flatten them. */
function rangeOf(values: readonly number[], decimals: number, target: number | undefined) {
  if (values.length === 0) return { low: 0, high: 1 }
  const least = leastSpan * 10 ** -decimals
  let [low, high] = [Math.min(...values), Math.max(...values)]
  const span = Math.max(high - low, least)
  if (target !== undefined && target > low - span && target < high + span) {
    low = Math.min(low, target)
    high = Math.max(high, target)
  }
  const air = Math.max(least - (high - low), (high - low) * 0.16) / 2
  return { low: low - air, high: high + air }
}

function round(n: number): number {
  return Math.round(n * 100) / 100
}

import type { SeriesPoint } from '../protocol/parse-series.ts'

/** How far back a series goes, event time. */
export const seriesSpanMs = 3_600_000

/**
 * Adds or replaces one window in a series sorted by window start, in place, and drops what is older than the span.
 * Returns whether anything changed. Of two values for a window the one of the higher revision holds;
 * of two with the same revision the one that came later, since provisional values grow.
 */
export function takePoint(points: SeriesPoint[], next: SeriesPoint): boolean {
  let at = points.length
  while (at > 0 && startOf(points, at - 1) > next.window_start) at--
  const held = points[at - 1]
  if (held && held.window_start === next.window_start) {
    if (next.revision < held.revision) return false
    points[at - 1] = next
  } else {
    const newest = points[points.length - 1]
    if (newest && next.window_start < newest.window_end - seriesSpanMs) return false
    points.splice(at, 0, next)
  }
  dropOld(points)
  return true
}

/** Joins history as the API tells it with what the stream brought meanwhile. */
export function joinSeries(history: readonly SeriesPoint[], streamed: readonly SeriesPoint[]): SeriesPoint[] {
  const points = [...history].sort((a, b) => a.window_start - b.window_start)
  for (const point of streamed) takePoint(points, point)
  return points
}

function dropOld(points: SeriesPoint[]): void {
  const newest = points[points.length - 1]
  if (!newest) return
  const from = newest.window_end - seriesSpanMs
  const keep = points.findIndex(point => point.window_end > from)
  if (keep > 0) points.splice(0, keep)
}

function startOf(points: readonly SeriesPoint[], at: number): number {
  return points[at]?.window_start ?? Number.NEGATIVE_INFINITY
}

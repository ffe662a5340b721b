import type { Cell } from '../../../schemas/protocol/stream.ts'
import { isNumber, isNumberOrNull, isObject } from '../../client/json-types.ts'
import { isStatus } from '../../client/parse-cell.ts'

/** One window of a KPI's history; a cell without its place in the log. */
export type SeriesPoint = Pick<
  Cell,
  'window_start' | 'window_end' | 'value' | 'status' | 'revision' | 'coverage'
>

/** The points by region in the answer of `GET /v1/kpis/{kpi}/series`; undefined when it is not such an answer. */
export function parseSeries(json: unknown): ReadonlyMap<string, readonly SeriesPoint[]> | undefined {
  if (!isObject(json) || !Array.isArray(json.series)) return undefined
  const byRegion = new Map<string, readonly SeriesPoint[]>()
  for (const item of json.series) {
    if (!isObject(item) || typeof item.region !== 'string' || !Array.isArray(item.points)) return undefined
    const points: SeriesPoint[] = []
    for (const point of item.points) {
      const read = readPoint(point)
      if (!read) return undefined
      points.push(read)
    }
    byRegion.set(item.region, points)
  }
  return byRegion
}

function readPoint(item: unknown): SeriesPoint | undefined {
  if (!isObject(item)) return undefined
  const { value, status, revision, coverage } = item
  const [window_start, window_end] = [epochMs(item.window_start), epochMs(item.window_end)]
  const complete =
    window_start !== undefined &&
    window_end !== undefined &&
    isNumberOrNull(value) &&
    isStatus(status) &&
    isNumber(revision) &&
    isNumberOrNull(coverage)
  return complete ? { window_start, window_end, value, status, revision, coverage } : undefined
}

/** Times are epoch ms; RFC 3339 text is read too. */
function epochMs(time: unknown): number | undefined {
  if (isNumber(time)) return time
  const parsed = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(parsed) ? undefined : parsed
}

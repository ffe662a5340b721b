import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { Coverage, EpochMs, NullableNumber, StatusName } from '../rest/wire-schemas.ts'
import { type Step, steps, type TimeRange } from './time-range.ts'

export const maxPoints = 50_000
const answerWithinMs = 20_000

export const Point = Type.Object({
  window_start: EpochMs,
  window_end: EpochMs,
  value: NullableNumber,
  status: StatusName,
  revision: Type.Integer(),
  coverage: Coverage,
  readings: Type.Integer(),
})
export type Point = Static<typeof Point>

const Row = Type.Array(Type.Intersect([Point, Type.Object({ region: Type.String() })]))

export interface SeriesQuery {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly kpi: string
  readonly regions: readonly string[]
  readonly range: TimeRange
  readonly step: Step
}

/**
 * The stored points of every region, oldest first; a window belongs to the range it starts in.
 * @throws CodedError `history_unavailable` or `too_many_points`.
 */
export async function readSeries(query: SeriesQuery): Promise<ReadonlyMap<string, readonly Point[]>> {
  const rows = await readRows(query)
  if (rows.length > maxPoints) {
    throw new CodedError('too_many_points', `more than ${maxPoints} points`, {
      hint: 'ask for fewer regions, a shorter range or a longer step',
    })
  }
  const series = new Map<string, Point[]>(query.regions.map(region => [region, []]))
  for (const { region, ...point } of rows) series.get(region)?.push(point)
  return series
}

async function readRows({ clickhouse, database, kpi, regions, range, step }: SeriesQuery) {
  try {
    const result = await clickhouse.query({
      query: `
        SELECT region, toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
          value, status, revision, coverage, readings
        FROM ${database}.${steps[step].view}
        WHERE kpi = {kpi:String} AND region IN {regions:Array(String)}
          AND window_start >= fromUnixTimestamp64Milli({from:Int64})
          AND window_start < fromUnixTimestamp64Milli({to:Int64})
        ORDER BY region, window_start
        LIMIT ${maxPoints + 1}`,
      query_params: { kpi, regions: [...regions], from: range.from, to: range.to },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      abort_signal: AbortSignal.timeout(answerWithinMs),
    })
    const rows = await result.json<Record<string, unknown>>()
    return Value.Parse(
      Row,
      rows.map(({ start_ms: window_start, end_ms: window_end, ...row }) => ({
        ...row,
        window_start,
        window_end,
      })),
    )
  } catch (cause) {
    throw new CodedError('history_unavailable', `ClickHouse: ${messageOf(cause)}`, {
      cause,
      hint: 'current values are on /v1/kpis/latest and the stream',
    })
  }
}

import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { statuses } from '../../schemas/protocol/stream.ts'
import type { CellSpace } from '../cells/cell-space.ts'
import type { KpiValue, RegionWindow } from '../cells/region-window.ts'

const HistoryRow = Type.Object({
  kpi: Type.String(),
  region: Type.String(),
  window_start: Type.Number(),
  window_end: Type.Number(),
  value: Type.Union([Type.Number(), Type.Null()]),
  status: Type.Enum([...statuses]),
  revision: Type.Number(),
  version: Type.Number(),
  coverage: Type.Union([Type.Number(), Type.Null()]),
  readings: Type.Number(),
  event_time_max: Type.Union([Type.Number(), Type.Null()]),
})
type HistoryRow = Static<typeof HistoryRow>
const HistoryRows = Type.Array(HistoryRow)

export interface HistoryQuery {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly space: CellSpace
  /** Windows that start at or after this, epoch ms of the data's clock. */
  readonly sinceMs: number
  readonly signal: AbortSignal
}

/**
 * The newest stored window of every cell: what is current until the stream says more.
 * @throws of the ClickHouse client, when it is away or the view is not there yet.
 */
export async function newestWindows(query: HistoryQuery): Promise<readonly RegionWindow[]> {
  const { clickhouse, database, space, sinceMs, signal } = query
  const result = await clickhouse.query({
    query: `
      SELECT kpi, region, value, status, revision, version, coverage, readings,
        toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
        toUnixTimestamp64Milli(event_time_max) AS event_time_max_ms
      FROM ${database}.kpi
      WHERE window_start >= fromUnixTimestamp64Milli({since:Int64})
      ORDER BY kpi, region, window_start DESC
      LIMIT 1 BY kpi, region`,
    query_params: { since: Math.floor(sinceMs) },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    abort_signal: signal,
  })
  const rows = (await result.json<Record<string, unknown>>()).map(
    ({ start_ms: window_start, end_ms: window_end, event_time_max_ms: event_time_max, ...row }) => ({
      ...row,
      window_start,
      window_end,
      event_time_max,
    }),
  )
  return windowsOf(Value.Parse(HistoryRows, rows), space)
}

/** Puts the KPIs of a region, record and window back together. */
export function windowsOf(rows: readonly HistoryRow[], space: CellSpace): readonly RegionWindow[] {
  const windows = new Map<string, RegionWindow & { readonly kpis: KpiValue[] }>()
  for (const { kpi, value, ...row } of rows) {
    const column = space.columnOf(kpi)
    const record = column === undefined ? undefined : space.kpis[column]?.of
    if (record === undefined) continue
    const key = `${record}|${row.region}|${row.window_start}|${row.version}|${row.revision}`
    const window = windows.get(key) ?? { ...row, record, kpis: [] }
    window.kpis.push({ kpi, value })
    windows.set(key, window)
  }
  return [...windows.values()]
}

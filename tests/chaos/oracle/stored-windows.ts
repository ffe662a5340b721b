import type { ClickHouseClient } from '@clickhouse/client'
import type { RecordId } from '../../../schemas/records/record.ts'

/** A number that all KPIs of one region and window share; text where they disagree. */
export type Shared = number | null | string

/** The last revision of one region and window, as readers see it. */
export interface StoredRegion {
  readonly readings: Shared
  readonly assets: Shared
  readonly expected: Shared
  readonly coverage: Shared
  readonly kpis: Readonly<Record<string, number | null>>
}

/** Window start, epoch ms -> region -> what is stored. */
export type StoredWindows = ReadonlyMap<number, ReadonlyMap<string, StoredRegion>>

/** A 64-bit number may come as text. */
type Whole = number | string

interface KpiRow {
  readonly start: Whole
  readonly region: string
  readonly kpi: string
  readonly value: number | null
  readonly readings: Whole
  readonly assets: Whole
  readonly expected: number
  readonly coverage: number | null
}

/** View `kpi` of one record type. */
export async function storedWindows(
  client: ClickHouseClient,
  database: string,
  record: RecordId,
): Promise<StoredWindows> {
  const result = await client.query({
    query: `
      SELECT toUnixTimestamp64Milli(window_start) AS start, region, kpi, value, readings, assets, expected, coverage
      FROM ${database}.kpi WHERE record = {record:String}`,
    query_params: { record },
    format: 'JSONEachRow',
  })
  const windows = new Map<number, Map<string, StoredRegion>>()
  for await (const rows of result.stream<KpiRow>()) {
    for (const row of rows) add(windows, row.json())
  }
  return windows
}

function add(windows: Map<number, Map<string, StoredRegion>>, row: KpiRow): void {
  const start = Number(row.start)
  const regions = windows.get(start) ?? new Map<string, StoredRegion>()
  windows.set(start, regions)
  const held = regions.get(row.region)
  const shared = (of: keyof Omit<StoredRegion, 'kpis'>): Shared => {
    const value = row[of] === null ? null : Number(row[of])
    return held === undefined || held[of] === value ? value : `${held[of]}, but ${value} of ${row.kpi}`
  }
  regions.set(row.region, {
    readings: shared('readings'),
    assets: shared('assets'),
    expected: shared('expected'),
    coverage: shared('coverage'),
    kpis: { ...held?.kpis, [row.kpi]: row.value },
  })
}

/** View `measures_<record>`: `start|county` -> readings. */
export async function storedCounts(
  client: ClickHouseClient,
  database: string,
  record: RecordId,
): Promise<ReadonlyMap<string, number>> {
  const result = await client.query({
    query: `SELECT toUnixTimestamp64Milli(window_start) AS start, county, readings FROM ${database}.measures_${record}`,
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ start: Whole; county: string; readings: Whole }>()
  return new Map(rows.map(({ start, county, readings }) => [`${start}|${county}`, Number(readings)]))
}

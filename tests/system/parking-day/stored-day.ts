import type { ClickHouseClient } from '@clickhouse/client'
import type { Kpi } from './computed-day.ts'

export interface StoredValue {
  readonly region: string
  readonly kpi: Kpi
  /** Epoch ms. */
  readonly start: number
  readonly value: number | null
  readonly status: string
}

/** Every value of these KPIs of `parking`. */
export function storedValues(
  clickhouse: ClickHouseClient,
  kpis: readonly Kpi[],
): Promise<readonly StoredValue[]> {
  return rows(
    clickhouse,
    `SELECT region, replaceOne(k.kpi, 'parking.', '') AS kpi, toUnixTimestamp64Milli(window_start) AS start, value, status
     FROM citybrain.kpi AS k WHERE k.kpi IN (${kpis.map(kpi => `'parking.${kpi}'`)})`,
  )
}

/** The county of every replayed car park, by its id in the data. */
export async function storedCounties(clickhouse: ClickHouseClient): Promise<ReadonlyMap<string, string>> {
  const assets = await rows<{ readonly source_id: string; readonly county: string }>(
    clickhouse,
    `SELECT source_id, county FROM citybrain.assets WHERE source_dataset = 'de-parking'`,
  )
  return new Map(assets.map(({ source_id, county }) => [source_id, county]))
}

export interface Accounts {
  readonly stored: number
  readonly counted: number
  readonly again: number
  readonly over: number
  readonly negative: number
  readonly rejected: number
  readonly late: number
}

/** What became of the readings of `parking`: in the measures, among the rejected, and among the late. */
export async function accounts(clickhouse: ClickHouseClient): Promise<Accounts | undefined> {
  const [row] = await rows<Accounts>(
    clickhouse,
    `SELECT
       (SELECT count() FROM citybrain.readings_parking) AS stored,
       (SELECT sum(readings) FROM citybrain.measures_parking) AS counted,
       (SELECT sum(duplicates) FROM citybrain.measures_parking) AS again,
       (SELECT count() FROM citybrain.rejected WHERE record = 'parking' AND code = 'field_range') AS over,
       (SELECT count() FROM citybrain.rejected WHERE record = 'parking' AND code = 'field_relation') AS negative,
       (SELECT count() FROM citybrain.rejected WHERE record = 'parking') AS rejected,
       (SELECT count() FROM citybrain.late WHERE record = 'parking') AS late`,
  )
  return row
}

async function rows<T>(clickhouse: ClickHouseClient, query: string): Promise<readonly T[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return result.json<T>()
}

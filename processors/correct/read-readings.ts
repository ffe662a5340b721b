import type { ResultSet } from '@clickhouse/client'
import { asked } from '../../platform/clickhouse/select-rows.ts'
import type { MeasureProgram } from '../windows/measure-program.ts'
import type { StoredReading } from './recompute-counties.ts'
import { belowSql, type WindowsQuery, windowSql, withinSql } from './stored-windows.ts'

export interface ReadingsQuery extends WindowsQuery {
  readonly program: MeasureProgram
  readonly suspectField: string | undefined
  /** By start of a window: the counties to read. */
  readonly counties: ReadonlyMap<number, readonly string[]>
}

/** The deduplicated readings below the vector, by start of their window. @throws ClickHouseError */
export async function readReadings(query: ReadingsQuery): Promise<Map<number, StoredReading[]>> {
  const { clickhouse, database, record, program, suspectField, counties, sizeMs, vector } = query
  if (![...counties.values()].some(codes => codes.length > 0)) return new Map()
  const fields = [...new Set([...program.fields, ...(suspectField ? [suspectField] : [])])]
  const params = {
    query: `
      SELECT ${windowSql(sizeMs)} AS start, asset_id, county, toUnixTimestamp64Milli(event_time), kafka_partition, kafka_offset
        ${fields.map(field => `, ${field}`).join('')}
      FROM {database: Identifier}.readings_${record}
      WHERE (${withinSql([...counties.keys()], sizeMs)}) AND (${pairsSql(counties)}) AND ${belowSql(vector)}`,
    query_params: { database },
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  } as const
  return asked(query, async () => byWindow(await clickhouse.query(params), fields))
}

async function byWindow(
  result: ResultSet<'JSONCompactEachRow'>,
  fields: readonly string[],
): Promise<Map<number, StoredReading[]>> {
  const windows = new Map<number, StoredReading[]>()
  for await (const rows of result.stream()) {
    for (const row of rows) {
      const cells: unknown = row.json()
      if (!Array.isArray(cells)) throw new Error('a row of readings is not an array')
      const [start, assetId, county, eventTime, partition, offset, ...values]: readonly unknown[] = cells
      const reading: StoredReading = {
        assetId: String(assetId),
        county: String(county),
        eventTime: Number(eventTime),
        partition: Number(partition),
        offset: Number(offset),
        fields: Object.fromEntries(fields.map((field, i) => [field, values[i] ?? null])),
      }
      const window = windows.get(Number(start))
      if (window) window.push(reading)
      else windows.set(Number(start), [reading])
    }
  }
  return windows
}

/**
 * These counties of these windows (`start`, epoch ms). Windows of the same counties are named together: pair by pair, 64 windows of
 * the whole province are longer than ClickHouse takes a query (`max_query_size`, 256 KiB).
 */
export function pairsSql(counties: ReadonlyMap<number, readonly string[]>): string {
  const alike = Map.groupBy(
    [...counties].filter(([, codes]) => codes.length > 0),
    ([, codes]) =>
      codes
        .toSorted()
        .map(code => `'${code}'`)
        .join(', '),
  )
  return [...alike]
    .map(
      ([codes, windows]) =>
        `start IN (${windows.map(([start]) => start).join(', ')}) AND county IN (${codes})`,
    )
    .join(' OR ')
}

import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import type { WindowSizes } from '../window-sizes.ts'

const Names = Type.Array(Type.Object({ name: Type.String() }))
const Sizes = Type.Array(Type.Object({ record: Type.String(), size: Type.Number() }))

/**
 * How long the newest stored window of each record type is; record types without windows are left out. The tables
 * themselves are asked, newest part first: the views would merge a table for it. @throws ClickHouseError
 */
export async function storedWindowSizes(
  clickhouse: ClickHouseClient,
  database: string,
): Promise<WindowSizes> {
  const names = await rows(
    clickhouse,
    'SELECT name FROM system.tables WHERE database = {database: String}',
    database,
  )
  const there = new Set(Value.Parse(Names, names).map(({ name }) => name))
  const newest = recordIds.flatMap(record => newestSql(record, there, database))
  if (newest.length === 0) return {}
  const sizes = Value.Parse(Sizes, await rows(clickhouse, newest.join('\nUNION ALL\n'), database))
  return Object.fromEntries(sizes.map(({ record, size }) => [record, size]))
}

function newestSql(record: RecordId, there: ReadonlySet<string>, database: string): string[] {
  const table = `measures_${record}_store`
  if (!there.has(table)) return []
  return [
    `SELECT '${record}' AS record, size FROM (
       SELECT toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start) AS size
       FROM ${database}.${table} ORDER BY window_start DESC LIMIT 1)`,
  ]
}

async function rows(clickhouse: ClickHouseClient, query: string, database: string): Promise<unknown> {
  const result = await clickhouse.query({
    query,
    query_params: { database },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return result.json()
}

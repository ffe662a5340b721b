import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { measureTable } from '../../schemas/clickhouse/measure-tables.ts'
import { rebuiltTables } from '../../schemas/clickhouse/rebuilt-tables.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import type { WindowSizes } from '../window-sizes.ts'
import { selectRows } from './select-rows.ts'

const Name = Type.Object({ name: Type.String() })
const Size = Type.Object({ record: Type.String(), size: Type.Number() })

/**
 * How long the newest stored window of each record type is; record types without windows are left out. The tables
 * themselves are asked, newest part first: the views would merge a table for it. Those of an earlier version count too:
 * it may be before the migration. @throws ClickHouseError
 */
export async function storedWindowSizes(
  clickhouse: ClickHouseClient,
  database: string,
): Promise<WindowSizes> {
  const store = { clickhouse, database }
  const names = await selectRows(
    store,
    Name,
    'SELECT name FROM system.tables WHERE database = {database: String}',
  )
  const there = new Set(names.map(({ name }) => name))
  const newest = recordIds.flatMap(record => newestSql(record, there, database))
  if (newest.length === 0) return {}
  const sizes = await selectRows(store, Size, newest.join('\nUNION ALL\n'))
  return Object.fromEntries(sizes.map(({ record, size }) => [record, size]))
}

const spanSql =
  'SELECT window_start AS start, toUnixTimestamp64Milli(window_end) - toUnixTimestamp64Milli(window_start) AS size'

function newestSql(record: RecordId, there: ReadonlySet<string>, database: string): string[] {
  const { name } = measureTable(record)
  const tables = rebuiltTables.flatMap(({ from, to }) => (to === name ? [from, to] : []))
  const newest = tables
    .filter(table => there.has(table))
    .map(table => `SELECT * FROM (${spanSql} FROM ${database}.${table} ORDER BY window_start DESC LIMIT 1)`)
  if (newest.length === 0) return []
  return [
    `SELECT '${record}' AS record, argMax(size, start) AS size FROM (${newest.join(' UNION ALL ')}) HAVING count() > 0`,
  ]
}

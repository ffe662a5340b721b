import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, Type } from 'typebox'
import { type RebuiltTable, rebuiltTables } from '../../schemas/clickhouse/rebuilt-tables.ts'
import { createMaterializedView } from '../../schemas/clickhouse/table.ts'
import type { Log } from '../log.ts'
import { selectRows } from './select-rows.ts'

const Column = Type.Object({ table: Type.String(), name: Type.String() })
const Day = Type.Object({ day: Type.Integer(), rows: Type.Integer() })
const Query = Type.Object({ id: Type.String() })

const dayMs = 86_400_000
/** Copied by one statement, about: none takes longer than a client waits. */
const rowsAtOnce = 2_000_000
const pollMs = 100

/**
 * Fills the tables that were built anew with what the tables of before hold. The caller has created them and switches the
 * views over afterwards.
 *
 * Nothing is lost, although an archive of this or the earlier version may be inserting meanwhile:
 * 1. A materialized view forwards every insert into the table of before from now on. It stays, so an earlier version may
 *    go on writing there. An archive of this version writes to the new table, and does so only after this has returned.
 * 2. An insert that began before the view was there is not forwarded. It is waited for.
 * 3. So what was not forwarded is in the table of before now, and all of that is copied.
 * A row may come both ways, and the copy may be repeated, by several processes at once, or be cut off anywhere: the new
 * tables replace by key and keep the greatest version like the old ones, so a row that comes again changes nothing.
 * (Two rows of one key and version tell the same values; which one holds may change.)
 * Only after the whole copy the new table's comment says that it is done.
 * @param comments of the tables there are, by name
 * @throws ClickHouseError
 */
export async function rebuildTables(
  client: ClickHouseClient,
  database: string,
  comments: ReadonlyMap<string, string>,
  log: Log,
): Promise<void> {
  const due = rebuiltTables.filter(
    table => comments.has(table.from) && comments.get(table.to) !== done(table),
  )
  if (due.length === 0) return
  const columns = await sharedColumns(client, database, due)
  for (const table of due) {
    const shared = columns(table).join(', ')
    const query = `SELECT ${shared} FROM ${database}.${table.from}`
    await client.command({
      query: createMaterializedView({ name: `${table.from}_forwarder`, to: table.to, query }, database),
    })
  }
  await untilEnded(client, database, await runningInserts(client, database, due))
  for (const table of due) {
    const copied = await copy(client, database, table, columns(table).join(', '))
    await client.command({
      query: `ALTER TABLE ${database}.${table.to} MODIFY COMMENT '${done(table)}'`,
    })
    if (copied > 0) log.info({ table: table.to, from: table.from, rows: copied }, 'table built anew')
  }
}

function done({ from }: RebuiltTable): string {
  return `holds all of ${from}`
}

/** The columns that both tables have, without what is computed at insert: one of an earlier version may lack some measures. */
async function sharedColumns(
  client: ClickHouseClient,
  database: string,
  tables: readonly RebuiltTable[],
): Promise<(table: RebuiltTable) => readonly string[]> {
  const names = tables.flatMap(({ from, to }) => [from, to])
  const columns = await selectRows(
    { clickhouse: client, database },
    Column,
    `SELECT table, name FROM system.columns
     WHERE database = {database: String} AND table IN {names: Array(String)} AND default_kind != 'MATERIALIZED'
     ORDER BY table, position`,
    { names },
  )
  const of = (table: string) => columns.filter(column => column.table === table).map(({ name }) => name)
  return ({ from, to }) => {
    const known = new Set(of(to))
    return of(from).filter(name => known.has(name))
  }
}

async function runningInserts(
  client: ClickHouseClient,
  database: string,
  tables: readonly RebuiltTable[],
): Promise<readonly string[]> {
  const found = await selectRows(
    { clickhouse: client, database },
    Query,
    `SELECT query_id AS id FROM system.processes
     WHERE query_kind = 'Insert' AND multiSearchAny(query, {names: Array(String)})`,
    { names: tables.map(({ from }) => from) },
  )
  return found.map(({ id }) => id)
}

async function untilEnded(client: ClickHouseClient, database: string, ids: readonly string[]): Promise<void> {
  for (let left = ids; left.length > 0; ) {
    await sleep(pollMs)
    const found = await selectRows(
      { clickhouse: client, database },
      Query,
      'SELECT query_id AS id FROM system.processes WHERE query_id IN {left: Array(String)}',
      { left },
    )
    left = found.map(({ id }) => id)
  }
}

/** Copies whole days. Returns the number of rows that were there. */
async function copy(
  client: ClickHouseClient,
  database: string,
  { from, to, time, collapses }: RebuiltTable,
  columns: string,
): Promise<number> {
  const found = await selectRows(
    { clickhouse: client, database },
    Day,
    `SELECT intDiv(toUnixTimestamp64Milli(${time}), ${dayMs}) AS day, count() AS rows
     FROM ${database}.${from} GROUP BY day ORDER BY day`,
  )
  const spans = inSpans(found)
  for (const span of spans) {
    await client.command({
      // FINAL: of rows of one key and version the last one goes over, as readers see it.
      query: `INSERT INTO ${database}.${to} (${columns}) SELECT ${columns} FROM ${database}.${from} ${collapses ? 'FINAL' : ''}
        WHERE ${time} >= ${instant(span.from)} AND ${time} < ${instant(span.to)}
        SETTINGS do_not_merge_across_partitions_select_final = 1`,
      clickhouse_settings: { async_insert: 0, max_partitions_per_insert_block: '0' },
    })
  }
  return spans.reduce((sum, span) => sum + span.rows, 0)
}

interface DaySpan {
  /** Days since the epoch, half-open. */
  readonly from: number
  readonly to: number
  readonly rows: number
}

/** Neighbouring days together, until they have so many rows: some tables reach over years and have a few rows a day. */
function inSpans(days: Static<typeof Day>[]): readonly DaySpan[] {
  const spans: DaySpan[] = []
  for (const { day, rows: count } of days) {
    const last = spans.at(-1)
    const together = (last?.rows ?? Number.POSITIVE_INFINITY) + count <= rowsAtOnce
    if (last && together) spans.splice(-1, 1, { from: last.from, to: day + 1, rows: last.rows + count })
    else spans.push({ from: day, to: day + 1, rows: count })
  }
  return spans
}

function instant(day: number): string {
  return `fromUnixTimestamp64Milli(toInt64(${day * dayMs}), 'UTC')`
}

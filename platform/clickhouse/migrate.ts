import { createHash } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { columnComments } from '../../schemas/clickhouse/column-comments.ts'
import { definedTables } from '../../schemas/clickhouse/defined-tables.ts'
import { measureTables } from '../../schemas/clickhouse/measure-tables.ts'
import { readingTables } from '../../schemas/clickhouse/reading-tables.ts'
import { receivedFillers, receivedTables } from '../../schemas/clickhouse/received-tables.ts'
import { type DefinedTable, replaceTable } from '../../schemas/clickhouse/region-tables.ts'
import {
  addColumns,
  createMaterializedView,
  createTable,
  type Table,
  type Target,
} from '../../schemas/clickhouse/table.ts'
import { createView, type View, viewQuery } from '../../schemas/clickhouse/view.ts'
import { views } from '../../schemas/clickhouse/views.ts'
import { CodedError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Migration, pendingMigrations, readMigrations, statementsOf } from './migrations.ts'
import { rebuildTables } from './rebuild-tables.ts'

export interface MigrateOptions {
  readonly enginePrefix?: Target['enginePrefix']
  /** Instead of those of schemas/clickhouse/migrations. */
  readonly migrations?: readonly Migration[]
}

const tables: readonly Table[] = [...readingTables, ...receivedTables, ...measureTables]

const Applied = Type.Array(Type.Object({ version: Type.Integer(), checksum: Type.String() }))
const StoredColumns = Type.Array(
  Type.Object({ table: Type.String(), name: Type.String(), type: Type.String() }),
)
const ViewColumns = Type.Array(Type.Object({ name: Type.String(), type: Type.String() }))
const Comments = Type.Array(Type.Object({ name: Type.String(), comment: Type.String() }))

/**
 * Brings the database to what this code needs: numbered migrations, then tables, columns and views that follow from
 * the definitions. Every statement may be repeated, so it is safe to run again and to run from several processes at once.
 * @throws CodedError `migration_changed`, `column_changed`; ClickHouseError when a statement is refused.
 */
export async function migrate(
  client: ClickHouseClient,
  database: string,
  log: Log,
  { enginePrefix = '', migrations = readMigrations() }: MigrateOptions = {},
): Promise<void> {
  const target: Target = { database, enginePrefix }
  const run = async (query: string): Promise<void> => {
    await client.command({ query })
  }
  await run(`CREATE DATABASE IF NOT EXISTS ${database}`)
  await applyMigrations(client, target, migrations, log)
  // Every process comes here at every start, and a statement waits for the inserts before it: what is there is left alone.
  const stored = await storedComments(client, target)
  for (const table of tables) if (!stored.has(table.name)) await run(createTable(table, target))
  for (const filler of receivedFillers) {
    if (!stored.has(filler.name)) await run(createMaterializedView(filler, database))
  }
  await addMissingColumns(client, target, log)
  await rebuildTables(client, database, stored, log)
  for (const table of definedTables) {
    const comment = definitionsComment(table)
    if (stored.get(table.name) !== comment) await run(replaceTable(table, target, comment))
  }
  for (const view of views) {
    const comment = definitionsComment(view)
    if (stored.get(view.name) === comment) continue
    // Created together with the comments on its columns: cut off or repeated elsewhere, it is never without them.
    const columns = await rows(client, `DESCRIBE TABLE (${viewQuery(view, database)})`)
    await run(createView(view, database, comment, Value.Parse(ViewColumns, columns)))
  }
  log.debug({ database }, 'database is up to date')
}

async function applyMigrations(
  client: ClickHouseClient,
  target: Target,
  migrations: readonly Migration[],
  log: Log,
): Promise<void> {
  const table = `${target.database}.schema_migrations`
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS ${table} (version UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ${target.enginePrefix}ReplacingMergeTree ORDER BY (version, checksum)`,
  })
  const applied = await rows(client, `SELECT version, checksum FROM ${table} FINAL ORDER BY version`)
  for (const migration of pendingMigrations(migrations, Value.Parse(Applied, applied))) {
    for (const query of statementsOf(migration, target)) await client.command({ query })
    const { version, name, checksum } = migration
    await client.insert({ table, values: [{ version, name, checksum }], format: 'JSONEachRow' })
    log.info({ version, migration: name }, 'migration applied')
  }
}

async function addMissingColumns(client: ClickHouseClient, { database }: Target, log: Log): Promise<void> {
  const answer = await rows(
    client,
    'SELECT table, name, type FROM system.columns WHERE database = {database: String}',
    { database },
  )
  const stored = new Map(
    Value.Parse(StoredColumns, answer).map(({ table, name, type }) => [`${table}.${name}`, type]),
  )
  for (const table of tables) {
    const missing = missingColumns(table, stored)
    if (missing.length === 0) continue
    await client.command({ query: addColumns(table, missing, database) })
    log.info({ table: table.name, columns: missing.map(column => column.name) }, 'columns added')
  }
}

function missingColumns(table: Table, stored: ReadonlyMap<string, string>): Table['columns'] {
  return table.columns.filter(({ name, type }) => {
    const before = stored.get(`${table.name}.${name}`)
    if (before !== undefined && before !== type) {
      throw new CodedError(
        'column_changed',
        `${table.name}.${name} is ${before}, the definitions want ${type}`,
        {
          hint: 'a field keeps its type: give the changed one a new name, or write a migration that converts it',
        },
      )
    }
    return before === undefined
  })
}

/** Comments of the tables and views there are, by name. */
async function storedComments(
  client: ClickHouseClient,
  { database }: Target,
): Promise<ReadonlyMap<string, string>> {
  const answer = await rows(
    client,
    'SELECT name, comment FROM system.tables WHERE database = {database: String}',
    { database },
  )
  return new Map(Value.Parse(Comments, answer).map(({ name, comment }) => [name, comment]))
}

/** Views, and tables whose rows are definitions, carry a checksum of what they were made from behind what they are. */
function definitionsComment(defined: DefinedTable | View): string {
  const made = JSON.stringify('query' in defined ? [defined, columnComments] : defined)
  return `${defined.comment} (definitions ${createHash('sha256').update(made).digest('hex')})`
}

async function rows(
  client: ClickHouseClient,
  query: string,
  params: Record<string, unknown> = {},
): Promise<unknown> {
  const result = await client.query({ query, query_params: params, format: 'JSONEachRow' })
  return result.json()
}

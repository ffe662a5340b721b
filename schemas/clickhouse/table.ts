/** A column as ClickHouse's `system.columns` shows it. */
export interface Column {
  readonly name: string
  readonly type: string
  readonly codec?: string
  /** Computed at insert from the others, and left out of `SELECT *`. */
  readonly materialized?: string
}

/** A stored table that follows from the definitions. Readers use the view over it. */
export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  /** Engine of the MergeTree family with its arguments, without `Replicated`. */
  readonly engine: string
  readonly partitionBy: string
  readonly orderBy: readonly string[]
  /** Skipping indexes, as they stand among the columns. */
  readonly indexes?: readonly string[]
}

/** Copies every insert into one table to another; both are written or the insert fails and is repeated. */
export interface MaterializedView {
  readonly name: string
  /** Table that it fills. */
  readonly to: string
  /** `{database}` stands for the database. */
  readonly query: string
}

/** Where tables are created. */
export interface Target {
  readonly database: string
  /** Put before every MergeTree engine: `Replicated` on a cluster (in a database of engine Replicated), else nothing. */
  readonly enginePrefix: '' | 'Replicated'
}

/** Inserts remembered per table, so that one repeated with the same token is not even written. */
const rememberedInserts = 1000

export const time = "DateTime64(3, 'UTC')"

export function createTable(table: Table, { database, enginePrefix }: Target): string {
  return [
    `CREATE TABLE IF NOT EXISTS ${database}.${table.name}`,
    `(\n${[...table.columns.map(columnSql), ...(table.indexes ?? [])].map(line => `    ${line}`).join(',\n')}\n)`,
    `ENGINE = ${enginePrefix}${table.engine}`,
    `PARTITION BY ${table.partitionBy}`,
    `ORDER BY (${table.orderBy.join(', ')})`,
    `SETTINGS non_replicated_deduplication_window = ${rememberedInserts}`,
  ].join('\n')
}

export function createMaterializedView({ name, to, query }: MaterializedView, database: string): string {
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.${name} TO ${database}.${to} AS\n${query.replaceAll('{database}', database)}`
}

export function addColumns(table: Table, columns: readonly Column[], database: string): string {
  const additions = columns.map(column => `ADD COLUMN IF NOT EXISTS ${columnSql(column)}`)
  return `ALTER TABLE ${database}.${table.name} ${additions.join(', ')}`
}

function columnSql({ name, type, codec, materialized }: Column): string {
  const parts = [name, type]
  if (materialized) parts.push(`MATERIALIZED ${materialized}`)
  if (codec) parts.push(`CODEC(${codec})`)
  return parts.join(' ')
}

/** A string literal of ClickHouse SQL. */
export function sqlString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

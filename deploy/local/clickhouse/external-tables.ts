import type { Spool, SpooledFile } from './engine/spool.ts'
import { ClickHouseException } from './protocol/exception.ts'
import { type HttpQuery, sortParameters } from './protocol/http-request.ts'
import { readForm } from './protocol/multipart.ts'
import { splitType } from './protocol/native-blocks.ts'
import { sqlTokens } from './protocol/sql-tokens.ts'
import { sqlIdentifier, sqlString } from './protocol/statement.ts'

/** A table that a request brings along as a file of its form; it lasts as long as the request's statement. */
export interface ExternalTable {
  readonly name: string
  /** The file of its data. */
  readonly path: string
  readonly create: string
  /** Fills it from the file. */
  readonly fill: string
  readonly drop: string
}

export interface RequestForm extends AsyncDisposable {
  /** The request's own, with what the fields of the form add. */
  readonly query: HttpQuery
  readonly tables: readonly ExternalTable[]
}

/**
 * Takes query, parameters, settings and external tables out of a multipart body. As in ClickHouse, the columns of table
 * `t` are in the parameter `t_structure` (names and types) or `t_types` (columns _1, _2, …), its format in `t_format`.
 * @throws ClickHouseException 36 for a table without columns, and what the form and the spool throw
 */
export async function openForm(
  spool: Spool,
  query: HttpQuery,
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<RequestForm> {
  await using opened = new AsyncDisposableStack()
  const files = new Map<string, SpooledFile>()
  const fields = await readForm(body, contentType, async (name, content) => {
    const file = opened.use(await spool.write(content))
    if (files.has(name))
      throw new ClickHouseException('BAD_ARGUMENTS', `Two external tables are named ${name}`)
    files.set(name, file)
  })
  const { parameters, settings } = sortParameters(fields)
  const allSettings = new Map([...query.settings, ...settings])
  const tables = [...files].map(([name, file]) => externalTable(name, file, allSettings))
  const rest = opened.move()
  return {
    query: {
      ...query,
      query: query.query + (fields.get('query') ?? ''),
      parameters: new Map([...query.parameters, ...parameters]),
      settings: allSettings,
    },
    tables,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** Takes the table's parameters out of the settings, among which they are sent. */
function externalTable(name: string, file: SpooledFile, settings: Map<string, string>): ExternalTable {
  const [structure, types, format = 'TabSeparated'] = ['structure', 'types', 'format'].map(what => {
    const value = settings.get(`${name}_${what}`)
    settings.delete(`${name}_${what}`)
    return value
  })
  const columns =
    structure ??
    (types === undefined
      ? undefined
      : splitType(`(${types})`)[1]
          .map((type, at) => `_${at + 1} ${type}`)
          .join())
  if (columns === undefined) {
    throw new ClickHouseException(
      'BAD_ARGUMENTS',
      `Neither structure nor types have been provided for the external table ${name}. Use fields ${name}_structure or ${name}_types to do so.`,
    )
  }
  requireNamesAndTypes(name, columns)
  if (!/^\w+$/.test(format)) throw new ClickHouseException('UNKNOWN_FORMAT', `Unknown format ${format}`)
  const table = sqlIdentifier(name)
  return {
    name,
    path: file.path,
    create: `CREATE TEMPORARY TABLE ${table} (${columns})`,
    fill: `INSERT INTO ${table} FROM INFILE ${sqlString(file.path)} COMPRESSION 'none' FORMAT ${format}`,
    drop: `DROP TEMPORARY TABLE IF EXISTS ${table}`,
  }
}

const computed = new Set(['DEFAULT', 'MATERIALIZED', 'ALIAS', 'EPHEMERAL'])

/** A column of that name is no mistake; it is the first word of its element. */
function requireNamesAndTypes(table: string, columns: string): void {
  let previous = ','
  for (const { kind, text, depth } of sqlTokens(columns)) {
    if (depth === 0 && kind === 'word' && computed.has(text) && previous !== ',') {
      throw new ClickHouseException(
        'BAD_ARGUMENTS',
        `The structure of the external table ${table} has names and types only, not ${text}`,
      )
    }
    previous = text
  }
}

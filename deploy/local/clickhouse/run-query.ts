import type { Log } from '../../../platform/log.ts'
import type { Lane } from './engine/admission.ts'
import type { Engine, EngineConnection, EngineResult } from './engine/engine.ts'
import type { FileFolder } from './engine/file-folder.ts'
import type { Spool } from './engine/spool.ts'
import type { ExternalTable } from './external-tables.ts'
import { checkStatement, requireHarmlessName } from './guard/check-statement.ts'
import { ownSettings, type SourceName } from './guard/engine-surface.ts'
import { watchValues } from './guard/values-data.ts'
import type { HttpSessions } from './http-sessions.ts'
import { ClickHouseException } from './protocol/exception.ts'
import type { HttpQuery } from './protocol/http-request.ts'
import { nativeForRevision } from './protocol/native-blocks.ts'
import { type Received, receive } from './protocol/receive.ts'
import { sqlIdentifier, sqlString, utf8 } from './protocol/statement.ts'

export interface QueryAnswer extends EngineResult {
  readonly kind: QueryKind
  readonly format: string
  readonly rowsWritten: number
}

export type QueryKind = Received['kind']

export interface QueryParts {
  readonly engine: Engine
  readonly spool: Spool
  readonly sessions: HttpSessions
  readonly lanes: { readonly read: Lane; readonly write: Lane }
  /** Sources outside the tables that statements may use. */
  readonly allowed: ReadonlySet<SourceName>
  readonly folder: FileFolder
  readonly log: Log
}

const defaultFormat = 'TabSeparated'

/**
 * Runs one request's statement. When the client leaves, a read is cancelled and what still waits is
 * dropped; a write that runs is finished.
 * @throws ClickHouseException
 */
export async function runQuery(
  parts: QueryParts,
  query: HttpQuery,
  tables: readonly ExternalTable[],
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  for (const name of query.settings.keys()) {
    if (ownSettings.has(name)) throw new ClickHouseException('ACCESS_DENIED', `The setting ${name} is fixed.`)
  }
  const received = await receive(query.query, body)
  for (const { create, fill, path } of tables) {
    await check(parts, { ...query, readOnly: false }, create, null)
    await check(parts, { ...query, readOnly: false }, fill, path)
  }
  if (received.kind !== 'insert') {
    const format = received.format ?? query.format ?? defaultFormat
    const { kind, sql } = received
    await check(parts, query, sql, null)
    const result = await execute(parts, query, { kind, sql, format, computes: false, tables }, signal)
    const bytes = format === 'Native' ? nativeForRevision(result.bytes, query.protocolVersion) : result.bytes
    return { ...result, bytes, kind, format, rowsWritten: 0 }
  }
  const inputFormat = received.insert.format ?? query.format ?? 'Values'
  // Before the data: what is refused need not be sent.
  await check(parts, query, utf8(received.insert.fromFile(noFile, inputFormat)), noFile)
  const values = inputFormat.toLowerCase() === 'values' ? watchValues(received.data) : null
  await using file = await parts.spool.write(values?.data ?? received.data)
  const sql = utf8(received.insert.fromFile(file.path, inputFormat))
  const computes = values?.mayCompute() ?? false
  const result = await execute(
    parts,
    query,
    { kind: 'insert', sql, format: defaultFormat, computes, tables },
    signal,
  )
  return { ...result, kind: 'insert', format: defaultFormat, rowsWritten: result.rowsRead }
}

/** Stands for the file of the data, which is not there yet. */
const noFile = '/the-data-of-this-insert'

/** @throws ClickHouseException 497, 164 and what the engine's parser finds wrong */
async function check(
  { engine, allowed, folder }: QueryParts,
  query: HttpQuery,
  sql: string,
  ownFile: string | null,
): Promise<void> {
  const formatted = await engine.formatted(sql)
  const { namesByParameter, readsFolder } = checkStatement(formatted, {
    allowed,
    ownFile,
    readOnly: query.readOnly,
  })
  if (namesByParameter) for (const value of query.parameters.values()) requireHarmlessName(value)
  if (readsFolder) await folder.requirePlain()
}

interface Statement {
  readonly kind: QueryKind
  readonly sql: string
  readonly format: string
  /** Expressions among the values of an INSERT are computed. */
  readonly computes: boolean
  readonly tables: readonly ExternalTable[]
}

async function execute(
  { engine, sessions, lanes, log }: QueryParts,
  query: HttpQuery,
  { kind, sql, format, computes, tables }: Statement,
  signal: AbortSignal,
): Promise<EngineResult> {
  const lane = kind === 'read' || kind === 'session' ? lanes.read : lanes.write
  return await lane.run(() =>
    sessions.use(query.session, async connection => {
      if (signal.aborted) throw new ClickHouseException('QUERY_WAS_CANCELLED', 'Query was cancelled')
      // Distinct from every other running query, whatever ids clients choose.
      const comment = `${query.queryId} ${performance.now()}`
      const cancel = () => {
        engine.cancel(comment).catch(error => log.warn({ reason: String(error) }, 'cancel failed'))
      }
      if (kind === 'read') signal.addEventListener('abort', cancel, { once: true })
      const settings = new Map([...query.settings, ...(computes ? computing : [])])
      const made: ExternalTable[] = []
      try {
        await connection.run(setup(query, settings, comment), defaultFormat)
        for (const table of tables) {
          await connection.run(table.create, defaultFormat)
          made.push(table)
          await connection.run(table.fill, defaultFormat)
        }
        const readOnly = readOnlyLevel(query)
        if (readOnly !== null) await connection.run(`SET readonly = ${sqlString(readOnly)}`, defaultFormat)
        return await connection.run(sql, format)
      } finally {
        signal.removeEventListener('abort', cancel)
        if (query.session) {
          await reset(connection, settings)
          for (const table of made) await connection.run(table.drop, defaultFormat)
        }
      }
    }),
  )
}

const computing = [
  ['input_format_values_interpret_expressions', '1'],
  ['input_format_values_deduce_templates_of_expressions', '1'],
] as const

function setup(query: HttpQuery, settings: ReadonlyMap<string, string>, comment: string): string {
  const assignments = [...settings]
    .filter(([name]) => name !== 'readonly')
    .map(([name, value]) => `${name} = ${sqlString(value)}`)
  for (const [name, value] of query.parameters) assignments.push(`param_${name} = ${sqlString(value)}`)
  assignments.push(`log_comment = ${sqlString(comment)}`)
  const use = query.database === null ? '' : `; USE ${sqlIdentifier(query.database)}`
  return `SET ${assignments.join(', ')}${use}`
}

/** The setting `readonly`, which comes last: external tables are made and filled whatever it is. */
function readOnlyLevel(query: HttpQuery): string | null {
  // In a session this could not be taken back; there the check of the statement is the only guard.
  if (query.readOnly && !query.session) return '2'
  return query.settings.get('readonly') ?? null
}

/** Settings of a URL are for its query only, so a session gives them up again. */
async function reset(connection: EngineConnection, settings: ReadonlyMap<string, string>): Promise<void> {
  if (settings.size === 0) return
  const defaults = [...settings.keys()].map(name => `${name} = DEFAULT`)
  await connection.run(`SET ${defaults.join(', ')}`, defaultFormat)
}

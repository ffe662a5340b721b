import type { Log } from '../../../platform/log.ts'
import type { Lane } from './engine/admission.ts'
import type { Engine, EngineConnection, EngineResult } from './engine/engine.ts'
import type { Spool } from './engine/spool.ts'
import type { HttpSessions } from './http-sessions.ts'
import { ClickHouseException } from './protocol/exception.ts'
import type { HttpQuery } from './protocol/http-request.ts'
import { nativeForRevision } from './protocol/native-blocks.ts'
import { type Received, receive } from './protocol/receive.ts'
import { sqlString, utf8 } from './protocol/statement.ts'

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
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const received = await receive(query.query, body)
  if (query.readOnly && (received.kind === 'insert' || (received.kind === 'write' && query.session))) {
    throw new ClickHouseException(
      'READONLY',
      'Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.',
    )
  }
  if (received.kind !== 'insert') {
    const format = received.format ?? query.format ?? defaultFormat
    const result = await execute(parts, query, received.kind, received.sql, format, signal)
    const bytes = format === 'Native' ? nativeForRevision(result.bytes, query.protocolVersion) : result.bytes
    return { ...result, bytes, kind: received.kind, format, rowsWritten: 0 }
  }
  await using file = await parts.spool.write(received.data)
  const inputFormat = received.insert.format ?? query.format ?? 'Values'
  const sql = utf8(received.insert.fromFile(file.path, inputFormat))
  const result = await execute(parts, query, 'insert', sql, defaultFormat, signal)
  return { ...result, kind: 'insert', format: defaultFormat, rowsWritten: result.rowsRead }
}

async function execute(
  { engine, sessions, lanes, log }: QueryParts,
  query: HttpQuery,
  kind: QueryKind,
  sql: string,
  format: string,
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
      try {
        await connection.run(setup(query, comment), defaultFormat)
        return await connection.run(sql, format)
      } finally {
        signal.removeEventListener('abort', cancel)
        if (query.session) await reset(connection, query)
      }
    }),
  )
}

function setup(query: HttpQuery, comment: string): string {
  const assignments = [...query.settings].map(([name, value]) => `${name} = ${sqlString(value)}`)
  for (const [name, value] of query.parameters) assignments.push(`param_${name} = ${sqlString(value)}`)
  assignments.push(`log_comment = ${sqlString(comment)}`)
  // In a session this could not be taken back; there the kind of the statement is the only guard.
  if (query.readOnly && !query.session) assignments.push('readonly = 2')
  const use = query.database === null ? '' : `; USE ${identifier(query.database)}`
  return `SET ${assignments.join(', ')}${use}`
}

/** Settings of a URL are for its query only, so a session gives them up again. */
async function reset(connection: EngineConnection, { settings }: HttpQuery): Promise<void> {
  if (settings.size === 0) return
  const defaults = [...settings.keys()].map(name => `${name} = DEFAULT`)
  await connection.run(`SET ${defaults.join(', ')}`, defaultFormat)
}

function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

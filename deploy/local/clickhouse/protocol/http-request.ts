import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ClickHouseException } from './exception.ts'

/** What URL and headers of a request say. */
export interface HttpQuery {
  /** The `query` parameter; the body follows it. */
  readonly query: string
  readonly queryId: string
  readonly database: string | null
  readonly format: string | null
  /** Values of `{name:Type}`, in ClickHouse's escaped text form. */
  readonly parameters: ReadonlyMap<string, string>
  readonly settings: ReadonlyMap<string, string>
  readonly session: { readonly id: string; readonly timeoutMs: number; readonly mustExist: boolean } | null
  readonly user: string
  readonly password: string
  /** True for GET and HEAD, which change nothing. */
  readonly readOnly: boolean
  /** Revision of the Native format the client speaks; 0 for none. */
  readonly protocolVersion: number
  readonly contentEncoding: string
  readonly acceptEncoding: string
  /** `decompress=1`: the body is ClickHouse's own compressed blocks, within its Content-Encoding. */
  readonly bodyInBlocks: boolean
  /** `compress=1`: the answer is to be such blocks. */
  readonly answerInBlocks: boolean
}

/** URL parameters that are neither settings nor query parameters, as ClickHouse reserves them. */
const reserved = new Set(
  `query query_id database default_format user password session_id session_timeout session_check role
   quota_key compress decompress buffer_size wait_end_of_query stacktrace client_protocol_version
   http_write_exception_in_output_format`.split(/\s+/),
)

const defaultSessionTimeoutS = 60
const longestSessionTimeoutS = 3600

/**
 * @throws ClickHouseException for what is not understood: a setting's name that is none (36), a malformed session
 * timeout.
 */
export function parseHttpQuery(method: string, url: URL, headers: IncomingHttpHeaders): HttpQuery {
  const get = (name: string) => url.searchParams.get(name)
  const { parameters, settings } = sortParameters(url.searchParams)
  const [user, password] = credentials(url, headers)
  return {
    query: get('query') ?? '',
    queryId: get('query_id') || one(headers['x-clickhouse-query-id']) || randomUUID(),
    database: get('database') || one(headers['x-clickhouse-database']) || null,
    format: get('default_format') || one(headers['x-clickhouse-format']) || null,
    parameters,
    settings,
    session: session(get('session_id'), get('session_timeout'), get('session_check')),
    user,
    password,
    readOnly: method === 'GET' || method === 'HEAD',
    protocolVersion: Number.parseInt(get('client_protocol_version') ?? '0', 10) || 0,
    contentEncoding: one(headers['content-encoding'])?.trim().toLowerCase() ?? '',
    acceptEncoding: one(headers['accept-encoding'])?.toLowerCase() ?? '',
    bodyInBlocks: isOn(get('decompress')),
    answerInBlocks: isOn(get('compress')),
  }
}

/** Splits names and values into query parameters (`param_x`) and settings (the rest). */
export function sortParameters(pairs: Iterable<readonly [string, string]>): {
  parameters: Map<string, string>
  settings: Map<string, string>
} {
  const parameters = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [name, value] of pairs) {
    const target = name.startsWith('param_') ? parameters : reserved.has(name) ? undefined : settings
    const key = target === parameters ? name.slice('param_'.length) : name
    // Names go into SET as they are.
    if (target && !/^[A-Za-z_][A-Za-z0-9_.]*$/.test(key)) {
      throw new ClickHouseException('BAD_ARGUMENTS', `Not a name of a setting or parameter: ${key}`)
    }
    target?.set(key, value)
  }
  return { parameters, settings }
}

/** A setting or parameter that is a boolean. */
export function isOn(value: string | null | undefined): boolean {
  return value === '1' || value === 'true'
}

function session(id: string | null, timeout: string | null, check: string | null): HttpQuery['session'] {
  if (!id) return null
  const seconds = timeout === null ? defaultSessionTimeoutS : Number(timeout)
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > longestSessionTimeoutS) {
    throw new ClickHouseException(
      'BAD_ARGUMENTS',
      `Invalid session timeout: '${timeout}', at most ${longestSessionTimeoutS} seconds`,
    )
  }
  return { id, timeoutMs: seconds * 1000, mustExist: check === '1' }
}

/** User and password: X-ClickHouse headers, else Basic, else URL, as ClickHouse looks for them. */
function credentials(url: URL, headers: IncomingHttpHeaders): [string, string] {
  const user = one(headers['x-clickhouse-user'])
  const key = one(headers['x-clickhouse-key'])
  if (user !== undefined || key !== undefined) return [user || 'default', key ?? '']
  const basic = /^Basic\s+(\S*)/i.exec(headers.authorization ?? '')
  if (basic) {
    const pair = Buffer.from(basic[1] ?? '', 'base64').toString('utf8')
    const colon = pair.indexOf(':')
    if (colon < 0) return [pair || 'default', '']
    return [pair.slice(0, colon) || 'default', pair.slice(colon + 1)]
  }
  if (headers.authorization !== undefined) return ['', '']
  return [url.searchParams.get('user') || 'default', url.searchParams.get('password') ?? '']
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

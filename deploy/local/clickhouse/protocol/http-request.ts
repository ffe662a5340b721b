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
 * @throws ClickHouseException for what is not understood: a setting's name that is none (36), ClickHouse's
 * own block compression (`compress=1`, 48), a malformed session timeout.
 */
export function parseHttpQuery(method: string, url: URL, headers: IncomingHttpHeaders): HttpQuery {
  const get = (name: string) => url.searchParams.get(name)
  for (const name of ['compress', 'decompress']) {
    if (get(name) === '1' || get(name) === 'true') {
      throw new ClickHouseException(
        'NOT_IMPLEMENTED',
        `The URL parameter ${name}=1 (ClickHouse's own block compression) is not supported; use HTTP compression (Accept-Encoding, Content-Encoding) instead.`,
      )
    }
  }
  const { parameters, settings } = sortParameters(url.searchParams)
  const [user, password] = credentials(url, headers)
  return {
    query: get('query') ?? '',
    queryId: get('query_id') || randomUUID(),
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

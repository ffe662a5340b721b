import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import type { HttpServers } from '../../../platform/http/http-servers.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import { openForm } from './external-tables.ts'
import { type Login, requireLogin } from './guard/login.ts'
import { ClickHouseException } from './protocol/exception.ts'
import { type HttpQuery, parseHttpQuery } from './protocol/http-request.ts'
import { httpStatus } from './protocol/http-status.ts'
import type { QueryMetrics } from './query-metrics.ts'
import { type BodyLimits, openBody } from './request-body.ts'
import { type QueryAnswer, type QueryParts, runQuery } from './run-query.ts'
import { sendAnswer, sendBytes, serverHeaders } from './send-answer.ts'

export interface EndpointOptions extends QueryParts {
  readonly servers: HttpServers
  readonly host: string
  readonly port: number
  /** The only one who is let in. */
  readonly login: Login
  readonly limits: BodyLimits
  readonly metrics: QueryMetrics
  /** How long a stop waits for running queries before it cancels them, ms. */
  readonly graceMs: number
}

/** ClickHouse's HTTP interface: `/` takes queries, `/ping` and `/replicas_status` say Ok. */
export class HttpEndpoint implements Resource {
  readonly name = 'http endpoint'
  private readonly options: EndpointOptions
  private server: Server | undefined
  private readonly running = new Set<AbortController>()

  constructor(options: EndpointOptions) {
    this.options = options
  }

  /** @throws CodedError `port_in_use` */
  async start(): Promise<void> {
    const { servers, host, port, log } = this.options
    const server = servers.create((request, response) => void this.handle(request, response), {
      host,
      maxConnections: 1_000,
      endless: true,
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') reject(error)
        else {
          reject(
            new CodedError('port_in_use', `port ${port} on ${host} is in use`, {
              hint: 'stop what listens there, or set CLICKHOUSE_PORT',
            }),
          )
        }
      })
      server.listen(port, host, resolve)
    })
    this.server = server
    log.info({ url: `http://${host}:${boundPort(server)}` }, 'listening')
  }

  /** Refuses new connections, lets running queries finish for a while, then cancels what can be cancelled. */
  async stop(): Promise<void> {
    const server = this.server
    this.server = undefined
    if (!server) return
    const { lanes, sessions, graceMs } = this.options
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    server.closeIdleConnections()
    const overdue = setTimeout(() => {
      for (const controller of this.running) controller.abort()
    }, graceMs)
    await Promise.all([lanes.read.drained(), lanes.write.drained()])
    clearTimeout(overdue)
    sessions.closeAll()
    const cut = setTimeout(() => server.closeAllConnections(), 1000)
    await closed
    clearTimeout(cut)
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { metrics, engine, log } = this.options
    const controller = new AbortController()
    this.running.add(controller)
    response.once('close', () => {
      this.running.delete(controller)
      if (!response.writableFinished) controller.abort()
    })
    if (!this.server) response.setHeader('connection', 'close')
    const started = performance.now()
    let admitted: HttpQuery | null = null
    try {
      const url = new URL(request.url ?? '/', 'http://clickhouse')
      if (this.answerPlain(request, response, url)) return
      const query = parseHttpQuery(request.method ?? 'GET', url, request.headers)
      for (const [name, value] of serverHeaders(query, engine)) response.setHeader(name, value)
      requireLogin(query, this.options.login)
      admitted = query
      const body = openBody(this.options.limits, request, query)
      const answer = await this.run(query, request.headers['content-type'] ?? '', body, controller.signal)
      metrics.answered(answer, (performance.now() - started) / 1000)
      await sendAnswer(response, query, answer, performance.now() - started)
    } catch (error) {
      const exception =
        error instanceof ClickHouseException
          ? error
          : new ClickHouseException('UNKNOWN_EXCEPTION', messageOf(error))
      if (exception.codeName === 'UNKNOWN_EXCEPTION') log.warn({ reason: exception.message }, 'query failed')
      metrics.failed(exception, (performance.now() - started) / 1000)
      await sendException(request, response, exception, engine.version, admitted)
    }
  }

  private async run(
    query: HttpQuery,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<QueryAnswer> {
    if (!contentType.startsWith('multipart/form-data')) {
      return await runQuery(this.options, query, [], body, signal)
    }
    await using form = await openForm(this.options.spool, query, body, contentType)
    return await runQuery(this.options, form.query, form.tables, Readable.from([]), signal)
  }

  private answerPlain(request: IncomingMessage, response: ServerResponse, url: URL): boolean {
    const ok = ['/ping', '/replicas_status'].includes(url.pathname)
    const root = url.pathname === '/' && request.method !== 'POST' && !url.searchParams.has('query')
    if (!ok && !root && url.pathname === '/') return false
    response.statusCode = ok || root ? 200 : 404
    response.setHeader('content-type', 'text/plain; charset=UTF-8')
    response.end(ok || root ? 'Ok.\n' : `There is no handle ${url.pathname}\n\nUse / or /ping.\n`)
    request.resume()
    return true
  }
}

function boundPort(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** @param query null before the login: then the client is not asked how it wants to be answered */
async function sendException(
  request: IncomingMessage,
  response: ServerResponse,
  exception: ClickHouseException,
  version: string,
  query: HttpQuery | null,
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  response.statusCode = httpStatus(exception.codeName)
  response.setHeader('x-clickhouse-exception-code', String(exception.code))
  response.setHeader('content-type', 'text/plain; charset=UTF-8')
  if (response.statusCode === 503) response.setHeader('retry-after', '1')
  // What the client still sends is of no use; reading it would hold the connection.
  if (request.method === 'POST' && !request.complete) response.setHeader('connection', 'close')
  const text = Buffer.from(exception.text(version))
  if (query) await sendBytes(response, query, text)
  else response.end(text)
  request.resume()
}

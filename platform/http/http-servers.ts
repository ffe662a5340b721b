import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Counter } from 'prom-client'
import type { Metrics } from '../metrics.ts'
import { answerClientError, type RefusedProblem, refusedProblem, refuseSocket } from './client-errors.ts'
import { type Pages, strangenessOf, type Visitors } from './strange-request.ts'

/** A request, head and body, has to be here within this time, ms. */
const defaultRequestMs = 30_000
/** Connections are looked at at least this often for whether they take too long, ms. */
const longestLookMs = 5_000
/** A connection without a request is kept open so long for the next one, ms: longer than proxies keep theirs. */
const idleMs = 72_000
/** A connection on which nothing moves in either direction is cut, ms; longer than any answer of ours takes to begin. */
const quietMs = 180_000

export interface ServerOptions {
  /** Where it will listen. */
  readonly host: string
  /** What a browser may show of it; nothing where absent. */
  readonly pages?: Pages
  /** Connections at once; further ones are closed. */
  readonly maxConnections: number
  /** A request, head and body, has to be here within this time, ms; 30 s where absent. */
  readonly requestMs?: number
  /**
   * True where bodies may take as long as they bring something, which is then for the handler to see to, and answers as
   * long as they take.
   */
  readonly endless?: boolean
}

/**
 * Makes every HTTP server of a process: each refuses what was not meant for it before anybody looks at it, and bounds what
 * one connection can hold.
 */
export class HttpServers {
  private readonly allowedHosts: readonly string[]
  private readonly refused: Counter<'code'>

  /** @param allowedHosts names of this machine besides the one it listens on, in lower case */
  constructor(allowedHosts: readonly string[], metrics: Metrics) {
    this.allowedHosts = allowedHosts
    this.refused = metrics.counter(
      'http_refused',
      'requests and connections refused before they were looked at, by code',
      ['code'],
    )
  }

  /** A server that does not listen yet. */
  create(handler: RequestListener, options: ServerOptions): Server {
    const { host, pages, maxConnections, requestMs = defaultRequestMs, endless = false } = options
    const visitors: Visitors = { host, allowedHosts: this.allowedHosts, ...(pages ? { pages } : {}) }
    const server = createServer(
      {
        headersTimeout: requestMs,
        requestTimeout: endless ? 0 : requestMs,
        connectionsCheckingInterval: Math.min(longestLookMs, requestMs),
        keepAliveTimeout: idleMs,
        // We refuse that ourselves, in words.
        requireHostHeader: false,
      },
      handler,
    )
    server.maxConnections = maxConnections
    server.timeout = endless ? 0 : quietMs
    server.on('checkExpectation', (request, answer) => {
      this.refused.inc({ code: 'expectation_failed' })
      refuse(unmetExpectation(request), request, answer)
    })
    server.on('drop', () => this.refused.inc({ code: 'too_many_connections' }))
    this.guard(server, visitors)
    return server
  }

  /**
   * Stands before every listener that anybody adds, whatever the request asks for: a plain answer, leave to go on
   * (Expect), or another protocol (Upgrade); and answers what is no request at all.
   */
  private guard(server: Server, visitors: Visitors): void {
    const emit = server.emit.bind(server)
    server.emit = (event: string, ...args: unknown[]): boolean => {
      if (event === 'clientError') {
        const [error, socket] = args as [NodeJS.ErrnoException, Socket]
        this.refused.inc({ code: answerClientError(error, socket) })
        return true
      }
      if (!guarded.has(event)) return emit(event, ...args)
      const [request, answer] = args as [IncomingMessage, Answer]
      const strangeness = strangenessOf(request, visitors)
      if (strangeness === null) return emit(event, ...args)
      this.refused.inc({ code: strangeness.code })
      refuse(strangeness, request, answer)
      return true
    }
  }
}

/** 100-continue, the only expectation that there is, is met before. */
function unmetExpectation({ headers: { expect } }: IncomingMessage): Refused {
  const detail = `Expect: ${expect}: nothing but 100-continue can be expected`
  return { status: 417, code: 'expectation_failed', detail }
}

type Refused = Pick<RefusedProblem, 'status' | 'code' | 'detail'>
type Answer = Parameters<RequestListener>[1] | Socket

/** The events that hand a request over. */
const guarded = new Set(['request', 'checkContinue', 'checkExpectation', 'upgrade', 'connect'])

function refuse({ status, code, detail }: Refused, request: IncomingMessage, answer: Answer): void {
  const problem = refusedProblem(status, code, detail)
  if (!('writeHead' in answer)) {
    refuseSocket(answer, problem)
    return
  }
  answer.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' })
  answer.end(request.method === 'HEAD' ? undefined : JSON.stringify(problem))
  request.resume()
}

import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { CodedError } from '../../../platform/errors.ts'
import type { HttpServers } from '../../../platform/http/http-servers.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import type { Metrics } from '../../../platform/metrics.ts'
import { isRecordId, recordIds } from '../../../schemas/records/record.ts'
import type { Intake, Receipt } from '../../intake.ts'
import { deadLettersOf } from './dead-letters-header.ts'
import { decodeBody } from './decode-body.ts'
import { drain } from './drain.ts'
import { InFlightLimit } from './in-flight-limit.ts'
import { jsonType, ndjsonTypes, parseItems } from './parse-items.ts'
import { detailOf, problemCodeOf, problemOf, retryAfterOf } from './problems.ts'

export interface HttpDoorOptions {
  readonly servers: HttpServers
  readonly intake: Intake
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly log: Log
  readonly metrics: Metrics
  /** As it comes over the wire, compressed or not. */
  readonly maxBodyBytes: number
  readonly maxDecompressedBytes: number
  readonly maxInFlightBytes: number
  /** Per client address; 0: no limit. */
  readonly requestsPerMinute: number
}

/** How long a refused body may take to come in before the answer goes out. */
const drainMs = 10_000

/** The HTTP door: `POST /v1/telemetry/{record}` and `POST /v1/assets`. Every error is a problem+json. */
export class HttpDoor implements Resource {
  readonly name = 'http door'
  private readonly options: HttpDoorOptions
  private app: FastifyInstance | undefined

  constructor(options: HttpDoorOptions) {
    this.options = options
  }

  async start(): Promise<void> {
    const { host, port, log } = this.options
    this.app = await buildDoor(this.options)
    const url = await this.app.listen({ host, port })
    log.info({ url }, 'http door open')
  }

  /** Requests in flight are answered first. */
  async stop(): Promise<void> {
    const app = this.app
    this.app = undefined
    await app?.close()
  }
}

/** The door without its socket, so that it can be tested by injection. */
export async function buildDoor(options: HttpDoorOptions): Promise<FastifyInstance> {
  const { servers, host, intake, metrics, maxBodyBytes, requestsPerMinute } = options
  const app = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: 'idle',
    serverFactory: handler => servers.create(handler, { host, maxConnections: 2_000 }),
    routerOptions: { ignoreTrailingSlash: true },
  })
  addErrors(app, options)
  closeWhenStopping(app)
  measure(app, metrics)
  if (requestsPerMinute > 0) await app.register(rateLimit, { max: requestsPerMinute, timeWindow: 60_000 })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser([jsonType, ...ndjsonTypes], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  const limit = new InFlightLimit(options.maxInFlightBytes)
  const inFlight = metrics.gauge(
    'in_flight_bytes',
    'bytes of bodies between decompression and acknowledgement',
  )
  const bytes = metrics.counter('request_bytes', 'bytes of bodies, decompressed')

  /** Body -> items -> `deliver`, within the bounds of what may be in flight. */
  const handle = async (
    request: FastifyRequest,
    deliver: (items: readonly unknown[]) => Promise<Receipt>,
  ): Promise<Receipt> => {
    const body = await decodeBody(
      bodyOf(request),
      request.headers['content-encoding'],
      options.maxDecompressedBytes,
    )
    limit.enter(body.length)
    try {
      inFlight.set(limit.inFlight)
      bytes.inc(body.length)
      return await deliver(parseItems(body, mediaTypeOf(request)))
    } finally {
      limit.leave(body.length)
      inFlight.set(limit.inFlight)
    }
  }

  app.post<{ Params: { record: string } }>('/v1/telemetry/:record', async (request, reply) => {
    const { record } = request.params
    if (!isRecordId(record)) {
      const detail = `no record type ${record}: use one of ${recordIds.join(', ')}`
      throw new CodedError('unknown_record', detail)
    }
    const deadLetters = deadLettersOf(request.headers)
    reply.code(202)
    return handle(request, items => intake.readings(record, items, undefined, deadLetters))
  })

  app.post('/v1/assets', async (request, reply) => {
    reply.code(202)
    return handle(request, items => intake.assets(items))
  })

  return app
}

/** No body at all is an empty one, and fails as JSON. */
function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}

function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? jsonType).split(';')[0]?.trim().toLowerCase() ?? jsonType
}

function addErrors(app: FastifyInstance, { log, maxDecompressedBytes }: HttpDoorOptions): void {
  app.setErrorHandler<Error & { code?: string; statusCode?: number }>(async (error, request, reply) => {
    const code = problemCodeOf(error)
    const problem = problemOf(code, code === 'internal' ? 'see the log of ingest' : detailOf(error))
    if (code === 'internal') log.error({ err: error, url: request.url }, 'request failed')
    else log.debug({ code, url: request.url, reason: error.message }, 'request refused')
    if (code === 'body_too_large') await drain(request.raw, maxDecompressedBytes, drainMs)
    const retryAfter = retryAfterOf(code)
    if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter)
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  })
  app.setNotFoundHandler((request, reply) => {
    const detail = `${request.method} ${request.url}: POST /v1/telemetry/{record} and POST /v1/assets are here`
    return reply
      .code(404)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf('not_found', detail)))
  })
}

/** A connection that is kept alive after its last answer would hold up the stop until it times out. */
function closeWhenStopping(app: FastifyInstance): void {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close')
  })
}

function measure(app: FastifyInstance, metrics: Metrics): void {
  const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  const seconds = metrics.histogram(
    'request_seconds',
    'from request to answer, by route and status',
    buckets,
    ['route', 'status'],
  )
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
  })
}

import type { Readable } from 'node:stream'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { CodedError } from '../../../platform/errors.ts'
import type { HttpServers } from '../../../platform/http/http-servers.ts'
import { utf8MediaType } from '../../../platform/http/json-body.ts'
import { refuseOtherMethods } from '../../../platform/http/other-methods.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import type { Metrics } from '../../../platform/metrics.ts'
import { isRecordId, recordIds } from '../../../schemas/records/record.ts'
import type { DoorKeeper, Visitor } from '../../access/door-keeper.ts'
import { type BatchIntake, maxListedOverHttp, type Receipt } from '../../intake.ts'
import type { LoopTurns } from '../../pipeline/loop-turns.ts'
import { bodyReader } from './body-reader.ts'
import { deadLettersOf } from './dead-letters-header.ts'
import { drain } from './drain.ts'
import { jsonType, ndjsonTypes } from './parse-items.ts'
import { detailOf, type ProblemCode, problemCodeOf, problemOf, retryAfterOf } from './problems.ts'
import type { BodyLimits } from './receive-body.ts'

export interface HttpDoorOptions extends BodyLimits {
  readonly servers: HttpServers
  readonly intake: BatchIntake
  readonly keeper: DoorKeeper
  readonly turns: LoopTurns
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly log: Log
  readonly metrics: Metrics
  readonly maxInFlightBytes: number
  /** Of one request. */
  readonly maxItems: number
  /** Per key, or per client address where there are no keys; 0: no limit. */
  readonly requestsPerMinute: number
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything is read of the body. */
    visitor: Visitor | null
  }
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
  const { servers, host, keeper, metrics, maxBodyBytes, requestsPerMinute } = options
  const app = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: 'idle',
    serverFactory: handler => servers.create(handler, { host, maxConnections: 2_000 }),
    routerOptions: { ignoreTrailingSlash: true },
  })
  addErrors(app, options)
  closeWhenStopping(app)
  measure(app, metrics)
  app.decorateRequest('visitor', null)
  app.addHook('onRequest', async request => {
    request.visitor = keeper.admit(request.headers, request.ip)
  })
  if (requestsPerMinute > 0) {
    const keyGenerator = (request: FastifyRequest) => visitorOf(request).name
    await app.register(rateLimit, { max: requestsPerMinute, timeWindow: 60_000, keyGenerator })
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser([jsonType, ...ndjsonTypes], (_request, payload, done) => done(null, payload))

  refuseOtherMethods(app, () => addRoutes(app, options))
  return app
}

function addRoutes(app: FastifyInstance, options: HttpDoorOptions): void {
  const { intake } = options
  const takeBody = bodyReader(options)
  app.post<{ Params: { record: string } }>('/v1/telemetry/:record', async (request, reply) => {
    const { record } = request.params
    if (!isRecordId(record)) {
      const detail = `no record type ${record}: use one of ${recordIds.join(', ')}`
      throw new CodedError('unknown_record', detail)
    }
    const visitor = visitorOf(request)
    visitor.mayPost(record)
    const deadLetters = deadLettersOf(request.headers)
    const batch = intake.readingBatch(record, visitor.sender, deadLetters, maxListedOverHttp)
    return answered(reply, await takeBody(bodyOf(request, reply), visitor.name, batch))
  })

  app.post('/v1/assets', async (request, reply) => {
    const visitor = visitorOf(request)
    visitor.mayRegister()
    const batch = intake.assetBatch(visitor.sender, maxListedOverHttp)
    return answered(reply, await takeBody(bodyOf(request, reply), visitor.name, batch))
  })
}

function visitorOf({ visitor }: FastifyRequest): Visitor {
  if (visitor === null) throw new Error('nobody was let in')
  return visitor
}

function bodyOf(request: FastifyRequest, reply: FastifyReply) {
  const { headers, body } = request
  return {
    // No body at all is an empty one, and fails as JSON.
    stream: (body as Readable | undefined) ?? null,
    contentLength: Number(headers['content-length'] ?? 0),
    contentEncoding: headers['content-encoding'],
    mediaType: mediaTypeOf(headers['content-type'] ?? jsonType),
    answer: reply.raw,
  }
}

/** 202, or 422 where all that came was refused: whoever looks at nothing but the status shall see that. */
function answered(reply: FastifyReply, receipt: Receipt): FastifyReply {
  const [first] = receipt.rejected
  if (receipt.accepted > 0 || !first) return reply.code(202).send(receipt)
  const items = receipt.rejected_total ?? receipt.rejected.length
  const detail = `all ${items} items were refused, the first: ${first.code}, ${first.message}`
  return reply
    .code(422)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf('nothing_accepted', detail, receipt)))
}

/** @throws CodedError `unsupported_media_type` */
function mediaTypeOf(contentType: string): string {
  const mediaType = utf8MediaType(contentType)
  if (mediaType === null) throw unsupportedType(contentType)
  return mediaType
}

function unsupportedType(contentType: string | undefined): CodedError {
  const types = [jsonType, ...ndjsonTypes].join(', ')
  const reason = `Content-Type ${contentType ?? '(none)'}: use one of ${types}, in UTF-8`
  return new CodedError('unsupported_media_type', reason)
}

function addErrors(app: FastifyInstance, { log, metrics, maxDecompressedBytes }: HttpDoorOptions): void {
  const refused = metrics.counter('refused_requests', 'requests that were refused as a whole, by code', [
    'code',
  ])
  const send = (reply: FastifyReply, code: ProblemCode, detail: string) => {
    refused.inc({ code })
    const problem = problemOf(code, detail)
    const retryAfter = retryAfterOf(code)
    if (retryAfter !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', retryAfter)
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="citybrain ingest"')
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }
  app.setErrorHandler<Error & { code?: string; statusCode?: number }>(async (thrown, request, reply) => {
    const isForeignType = thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
    const error = isForeignType ? unsupportedType(request.headers['content-type']) : thrown
    const code = problemCodeOf(error)
    if (code === 'internal') log.error({ err: error, url: request.url }, 'request failed')
    else log.debug({ code, url: request.url, reason: error.message }, 'request refused')
    await drain(request.raw, maxDecompressedBytes, drainMs)
    // What was not read to its end would be taken for the next request.
    if (!request.raw.complete) reply.header('connection', 'close')
    return send(reply, code, code === 'internal' ? 'see the log of ingest' : detailOf(error))
  })
  app.setNotFoundHandler((request, reply) => {
    const detail = `${request.method} ${request.url}: POST /v1/telemetry/{record} and POST /v1/assets are here`
    return send(reply, 'not_found', detail)
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

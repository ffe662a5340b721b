import compress from '@fastify/compress'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastify, { type FastifyInstance } from 'fastify'
import type { HttpServers } from '../../platform/http/http-servers.ts'
import { halfCharacterIn, jsonBodyText } from '../../platform/http/json-body.ts'
import { refuseOtherMethods } from '../../platform/http/other-methods.ts'
import type { Pages } from '../../platform/http/strange-request.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Access, AnonymousPolicy } from '../access/access.ts'
import { asyncApiRoute } from '../asyncapi/asyncapi-route.ts'
import { admission } from './admission.ts'
import { openApi } from './openapi.ts'
import { installProblems, sendProblem } from './problems.ts'
import { limitRate } from './rate-limit.ts'
import { type Api, withTypes } from './type-provider.ts'
import { wallboardFiles } from './wallboard-files.ts'

/** Values are for whoever opens an address by hand, or for our pages; the pages themselves hold none. */
const pages: Pages = path => (path.startsWith('/v1/') ? 'typed' : 'linked')

export interface HttpAppOptions {
  readonly servers: HttpServers
  /** Where it will listen. */
  readonly host: string
  readonly maxConnections: number
  readonly access: Access
  readonly log: Log
  readonly metrics: Metrics
  /** Folder of the built wallboard. */
  readonly wallboardDir: string
  /** Where viewers need no token: said in the description. */
  readonly anonymous: AnonymousPolicy
  /** Of one client, below `/v1`. */
  readonly requestsPerMinute: number
  /** Adds the routes below `/v1`, all of them behind `access`. */
  readonly routes: (api: Api) => void
}

/** Only from here, no inline scripts; charts set style attributes; the stream is a WebSocket. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    fontSrc: ["'self'", 'data:'],
    connectSrc: ["'self'", 'ws:', 'wss:'],
    workerSrc: ["'self'", 'blob:'],
    objectSrc: ["'none'"],
    baseUri: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'self'"],
  },
}

/** The HTTP side: wallboard at `/`, API at `/v1`, its description at `/docs`. */
export async function httpApp(options: HttpAppOptions): Promise<FastifyInstance> {
  const {
    servers,
    host,
    maxConnections,
    access,
    log,
    metrics,
    wallboardDir,
    anonymous,
    requestsPerMinute,
    routes,
  } = options
  const app = fastify({
    forceCloseConnections: true,
    serverFactory: handler => servers.create(handler, { host, pages, maxConnections }),
    // Nothing that is asked here has a long body or a long name.
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (error, _request, reply) =>
      sendProblem(reply, 'invalid_request', error.message, 'see /docs'),
    // Unknown parameters are errors: a misspelt filter must not look like an answer.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allowUnionTypes: true } },
  })
  takeJson(app)
  installProblems(app, log)
  measure(app, metrics)
  await app.register(helmet, { contentSecurityPolicy, strictTransportSecurity: false })
  await app.register(compress, { threshold: 1024 })
  await app.register(swagger, openApi(anonymous !== 'off'))
  await app.register(swaggerUi, { routePrefix: '/docs' })
  await app.register(
    async scope => {
      admission(scope, access)
      await limitRate(scope, requestsPerMinute)
      refuseOtherMethods(scope, () => routes(withTypes(scope)))
    },
    { prefix: '/v1' },
  )
  await app.register(async scope => refuseOtherMethods(scope, () => asyncApiRoute(withTypes(scope))))
  await wallboardFiles(app, wallboardDir)
  return app
}

/** Bodies are JSON in UTF-8; a browser may send text to anybody without asking first. */
function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      const text = jsonBodyText(body as Buffer, request.headers['content-type'] ?? '')
      parse(request, text, (error, value) => done(error ?? halfCharacterIn(value), value))
    } catch (error) {
      done(error as Error)
    }
  })
}

function measure(app: FastifyInstance, metrics: Metrics): void {
  const seconds = metrics.histogram(
    'rest_seconds',
    'time to answer, by route and status',
    [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    ['route', 'status'],
  )
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    seconds.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
  })
}

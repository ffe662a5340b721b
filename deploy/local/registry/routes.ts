import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { messageOf } from '../../../platform/errors.ts'
import type { HttpServers } from '../../../platform/http/http-servers.ts'
import { jsonBodyText } from '../../../platform/http/json-body.ts'
import { compatibilityLevel, incompatibilities, parseSchema } from './compatibility.ts'
import { RegistryError, registryErrors } from './registry-error.ts'
import {
  levelOf,
  lookUp,
  register,
  type SchemaStore,
  type SchemaVersion,
  schemaText,
  setLevel,
  usesOf,
  versions,
} from './schema-store.ts'
import type { StoreFile } from './store-file.ts'

/** What clients of Confluent's registry say of their bodies. */
const jsonTypes = /^application\/(json|octet-stream|vnd\.schemaregistry(\.v1)?\+json)\b/

const contentType = 'application/vnd.schemaregistry.v1+json'

type OfSubject = { Params: { subject: string } }
type OfVersion = { Params: { subject: string; version: string } }
type OfId = { Params: { id: string } }
type WithDefault = { Querystring: { defaultToGlobal?: string } }

/** The REST shape of Confluent's schema registry, as far as clients that read and register need it. */
export function registryRoutes(file: StoreFile, servers: HttpServers, host: string): FastifyInstance {
  const app = fastify({
    bodyLimit: 4 * 1024 * 1024,
    forceCloseConnections: true,
    serverFactory: handler => servers.create(handler, { host, maxConnections: 500 }),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    jsonTypes,
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer) => {
      try {
        return JSON.parse(jsonBodyText(body, headers['content-type'] ?? '')) as unknown
      } catch (error) {
        throw registryErrors.invalidRequest(messageOf(error))
      }
    },
  )
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-type', contentType)
  })
  app.setErrorHandler(async (error, _request, reply) => {
    const status = error instanceof RegistryError ? error.status : 500
    const errorCode = error instanceof RegistryError ? error.errorCode : 50001
    return reply.code(status).send(JSON.stringify({ error_code: errorCode, message: messageOf(error) }))
  })
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(JSON.stringify({ error_code: 404, message: 'HTTP 404 Not Found' })),
  )

  app.get('/', async () => ({}))
  app.get('/mode', async () => ({ mode: 'READWRITE' }))
  app.get('/schemas/types', async () => ['AVRO'])
  subjectRoutes(app, file)
  schemaRoutes(app, file)
  configRoutes(app, file)
  compatibilityRoutes(app, file)
  return app
}

function subjectRoutes(app: FastifyInstance, file: StoreFile): void {
  app.get<{ Querystring: { subjectPrefix?: string } }>('/subjects', async ({ query }) =>
    Object.keys(file.current.subjects)
      .filter(subject => subject.startsWith(query.subjectPrefix ?? ''))
      .sort(),
  )
  app.post<OfSubject>('/subjects/:subject', async ({ params: { subject }, body }) => {
    requireVersions(file.current, subject)
    const schema = schemaOf(body)
    parseSchema(schema)
    const found = lookUp(file.current, subject, schema)
    if (!found) throw registryErrors.schemaNotFound()
    return found
  })
  app.get<OfSubject>('/subjects/:subject/versions', async ({ params: { subject } }) =>
    requireVersions(file.current, subject).map(({ version }) => version),
  )
  app.post<OfSubject>('/subjects/:subject/versions', async ({ params: { subject }, body }) => {
    const schema = schemaOf(body)
    const { id } = await file.update(store => register(store, subject, schema))
    return { id }
  })
  app.get<OfVersion>('/subjects/:subject/versions/:version', async ({ params }) =>
    requireVersion(file.current, params.subject, params.version),
  )
  app.get<OfVersion>('/subjects/:subject/versions/:version/schema', async ({ params }, reply) =>
    reply.send(requireVersion(file.current, params.subject, params.version).schema),
  )
}

function schemaRoutes(app: FastifyInstance, file: StoreFile): void {
  app.get<OfId>('/schemas/ids/:id', async ({ params: { id } }) => ({
    schema: schemaText(file.current, Number(id)),
  }))
  app.get<OfId>('/schemas/ids/:id/schema', async ({ params: { id } }, reply) =>
    reply.send(schemaText(file.current, Number(id))),
  )
  app.get<OfId>('/schemas/ids/:id/subjects', async ({ params: { id } }) =>
    usesOf(file.current, Number(id)).map(({ subject }) => subject),
  )
  app.get<OfId>('/schemas/ids/:id/versions', async ({ params: { id } }) =>
    usesOf(file.current, Number(id)).map(({ subject, version }) => ({ subject, version })),
  )
}

function configRoutes(app: FastifyInstance, file: StoreFile): void {
  app.get('/config', async () => ({ compatibilityLevel: file.current.level }))
  app.put('/config', async ({ body }) => {
    const level = levelIn(body)
    await file.update(store => ({ store: setLevel(store, level) }))
    return { compatibility: level }
  })
  app.get<OfSubject & WithDefault>('/config/:subject', async ({ params: { subject }, query }) => {
    const own = Object.hasOwn(file.current.subjectLevels, subject)
    if (!own && query.defaultToGlobal !== 'true') throw registryErrors.subjectLevelNotConfigured(subject)
    return { compatibilityLevel: levelOf(file.current, subject) }
  })
  app.put<OfSubject>('/config/:subject', async ({ params: { subject }, body }) => {
    const level = levelIn(body)
    await file.update(store => ({ store: setLevel(store, level, subject) }))
    return { compatibility: level }
  })
}

function compatibilityRoutes(app: FastifyInstance, file: StoreFile): void {
  const judge = (subject: string, body: unknown, against: readonly SchemaVersion[]) => {
    const messages = incompatibilities(
      schemaOf(body),
      against.map(({ schema }) => schema),
      levelOf(file.current, subject),
    )
    return messages.length === 0 ? { is_compatible: true } : { is_compatible: false, messages }
  }
  app.post<OfSubject>('/compatibility/subjects/:subject/versions', async ({ params: { subject }, body }) =>
    judge(subject, body, versions(file.current, subject)),
  )
  app.post<OfVersion>('/compatibility/subjects/:subject/versions/:version', async ({ params, body }) =>
    judge(params.subject, body, [requireVersion(file.current, params.subject, params.version)]),
  )
}

function requireVersions(store: SchemaStore, subject: string): SchemaVersion[] {
  const found = versions(store, subject)
  if (found.length === 0) throw registryErrors.subjectNotFound(subject)
  return found
}

function requireVersion(store: SchemaStore, subject: string, version: string): SchemaVersion {
  const all = requireVersions(store, subject)
  const latest = version === 'latest' || version === '-1'
  if (!latest && !/^[1-9]\d{0,9}$/.test(version)) throw registryErrors.invalidVersion(version)
  const found = latest ? all.at(-1) : all[Number(version) - 1]
  if (!found) throw registryErrors.versionNotFound(version)
  return found
}

const SchemaRequest = Type.Object({
  schema: Type.String(),
  schemaType: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  references: Type.Optional(Type.Union([Type.Array(Type.Unknown()), Type.Null()])),
})

function schemaOf(body: unknown): string {
  if (!Value.Check(SchemaRequest, body))
    throw registryErrors.invalidRequest('the body must be {"schema": "..."}')
  const kind = body.schemaType ?? 'AVRO'
  if (kind !== 'AVRO') throw registryErrors.invalidSchema(`schema type ${kind} is not supported, AVRO is`)
  if (body.references?.length) throw registryErrors.invalidSchema('references are not supported')
  return body.schema
}

const LevelRequest = Type.Object({ compatibility: Type.String() })

function levelIn(body: unknown) {
  const level = Value.Check(LevelRequest, body) ? compatibilityLevel(body.compatibility) : null
  if (!level) throw registryErrors.invalidLevel()
  return level
}

import { Type } from 'typebox'
import { cachedJson, cataloguePage, NotModified, sendCached } from '../rest/cached-json.ts'
import type { Api } from '../server/type-provider.ts'
import { asyncApiDocument } from './asyncapi-document.ts'

/** `GET /asyncapi.json`: the stream, described for programs. Open to everybody, as /docs is. */
export function asyncApiRoute(api: Api): void {
  const answer = cachedJson(asyncApiDocument())
  api.get(
    '/asyncapi.json',
    {
      schema: {
        operationId: 'asyncApi',
        summary: 'The stream /v1/stream in AsyncAPI 3',
        description: 'Messages, close codes and error codes of the WebSocket, which OpenAPI cannot describe.',
        tags: ['description'],
        security: [],
        response: {
          200: cataloguePage(
            'The document',
            Type.Object({ asyncapi: Type.Literal('3.0.0') }, { additionalProperties: true }),
          ),
          304: NotModified,
        },
      },
    },
    async (request, reply) => sendCached(request, reply, answer),
  )
}

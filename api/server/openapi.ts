import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { documentedParameters } from './openapi-parameters.ts'

/**
 * What /docs says besides the routes.
 * @param anonymous whether some viewers need no token
 */
export function openApi(anonymous: boolean): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'citybrain',
        version: '1',
        description:
          'Regional KPIs with their completeness: every value says whether it is provisional, final or corrected, ' +
          'and how many of the expected assets stand behind it. Times in answers are epoch milliseconds. ' +
          'Errors are problem+json (RFC 9457) with a `code` that stays the same. ' +
          'Changes as they happen are on the WebSocket `/v1/stream`, described by `/asyncapi.json`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: [
        { name: 'catalogue', description: 'What there is: regions and KPIs' },
        { name: 'values', description: 'Current values and series' },
        { name: 'export', description: 'Many values as a file' },
        { name: 'provenance', description: 'What was known when, and what a value was made of' },
        { name: 'alerts', description: 'What demands somebody, and what people do about it' },
        { name: 'kiosks', description: 'Tokens for screens on walls' },
        { name: 'health', description: 'How the data itself is doing' },
        { name: 'description', description: 'What this server speaks' },
      ],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: anonymous
              ? 'A token; on the machine itself none is needed'
              : 'A token; this server shows nothing to somebody without one',
          },
        },
      },
      security: anonymous ? [{ bearer: [] }, {}] : [{ bearer: [] }],
    },
    transformObject: document =>
      'openapiObject' in document ? documentedParameters(document.openapiObject) : document.swaggerObject,
  }
}

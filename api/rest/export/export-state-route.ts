import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { ExportParams, ExportStateSchema } from './export-schema.ts'

/** `GET /v1/exports/{id}`: how far an export is. */
export function exportStateRoute(api: Api, { exports }: Sources): void {
  api.get(
    '/exports/:id',
    {
      schema: {
        operationId: 'exportState',
        summary: 'How far an export is, or how it ended',
        description:
          'Of your own exports only. Kept in the memory of the instance that writes the file, the last 1,000 of them: ' +
          'behind a load balancer another instance, or the same one after a restart, does not know it.',
        tags: ['export'],
        params: ExportParams,
        response: { 200: ExportStateSchema, ...problemResponses('export_not_found') },
      },
    },
    async ({ viewer, params }, reply) => {
      reply.header('cache-control', 'no-store')
      return exports.find(viewer.name, params.id)
    },
  )
}

import { Type } from 'typebox'
import { newestFirst } from '../../alerts/choose-alerts.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { AlertLineSchema, AlertSchema } from './alert-schema.ts'
import { findAlert, findProblems } from './find-alert.ts'

export const AlertId = Type.String({ description: 'As GET /v1/alerts lists it' })

const Answer = Type.Object(
  {
    alert: AlertSchema,
    mutes: Type.Array(AlertLineSchema, {
      description: 'The alerts that say less of the same and wake nobody, as far as they are in memory',
    }),
  },
  { description: 'The alert' },
)

/** `GET /v1/alerts/{id}`: one alert with its history. */
export function alertRoute(api: Api, sources: Sources): void {
  api.get(
    '/alerts/:id',
    {
      schema: {
        operationId: 'alert',
        summary: 'One alert with its history, and those that it mutes',
        description:
          'Every transition with the window and revision that led to it, and what people did, when, and who.',
        tags: ['alerts'],
        params: Type.Object({ id: AlertId }),
        response: { 200: Answer, ...problemResponses(...findProblems) },
      },
    },
    async ({ viewer, params: { id } }, reply) => {
      const alert = await findAlert(sources, viewer, id)
      const mutes = [...sources.desk.alerts]
        .filter(({ inhibited_by }) => inhibited_by === alert.alert_id)
        .toSorted(newestFirst)
      reply.header('cache-control', 'no-store')
      return { alert, mutes }
    },
  )
}

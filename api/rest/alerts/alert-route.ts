import { Type } from 'typebox'
import { CodedError } from '../../../platform/errors.ts'
import { type Alert, type AlertEntry, isFolded } from '../../../schemas/alerts/alert.ts'
import { maySee } from '../../access/permissions.ts'
import { newestFirst } from '../../alerts/choose-alerts.ts'
import { wholeHistory } from '../../history/alerts/read-words.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { AlertLineSchema, AlertSchema } from './alert-schema.ts'
import { findAlert, findProblems } from './find-alert.ts'

export const AlertId = Type.String({ description: 'As GET /v1/alerts lists it' })

const Answer = Type.Object(
  {
    alert: AlertSchema,
    folded: Type.Integer({
      description:
        'Lines of the history that say only the beginning of what somebody said: ClickHouse, which has the rest, cannot be ' +
        'read now or has not stored it yet, or it is the reason of a silence, which /v1/silences has',
    }),
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
      const asking = whileWaiting(sources, reply)
      const found = await findAlert(asking, viewer, id)
      const { history, folded } = await historyOf(asking, found)
      const alert = { ...found, history }
      const mutes = [...sources.desk.alerts]
        .filter(({ inhibited_by, region }) => inhibited_by === alert.alert_id && maySee(viewer, region))
        .toSorted(newestFirst)
      reply.header('cache-control', 'no-store')
      return { alert, folded, mutes }
    },
  )
}

/** An alert is shown while ClickHouse is away, with the beginning of what was said. */
async function historyOf(
  sources: Sources,
  alert: Alert,
): Promise<{ readonly history: readonly AlertEntry[]; readonly folded: number }> {
  const folded = alert.history.filter(isFolded).length
  if (folded === 0) return { history: alert.history, folded }
  try {
    const history = await wholeHistory(sources, alert)
    const still = history.filter((line, index) => line === alert.history[index] && isFolded(line))
    return { history, folded: still.length }
  } catch (error) {
    if (error instanceof CodedError) return { history: alert.history, folded }
    throw error
  }
}

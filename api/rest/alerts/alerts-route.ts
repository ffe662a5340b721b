import { Type } from 'typebox'
import { isOpen } from '../../../schemas/alerts/alert.ts'
import { requireRegions } from '../../access/permissions.ts'
import { isChosen, newerOf, newestFirst } from '../../alerts/choose-alerts.ts'
import { regionsOf } from '../../cells/selection.ts'
import { readAlerts } from '../../history/alerts/read-alerts.ts'
import { instantOf } from '../../history/time-range.ts'
import { problemResponses, storedInRegions } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import { Instant } from '../range-schema.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { Depth, EpochMs, Position, RegionList } from '../wire-schemas.ts'
import { AlertLineSchema, SeverityName, StateName } from './alert-schema.ts'

const dayMs = 86_400_000
export const mostAlerts = 2_000

export const AlertLimit = Type.Integer({
  minimum: 1,
  maximum: mostAlerts,
  default: 500,
  description: 'Alerts in the answer',
})

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    depth: { ...Depth, default: 'subtree' },
    state: Type.Array(StateName, {
      default: [],
      maxItems: 5,
      description: 'States, repeatable; all of them by default',
    }),
    severity: Type.Array(SeverityName, {
      default: [],
      maxItems: 4,
      description: 'Severities, repeatable; all of them by default',
    }),
    since: Type.Optional(
      Instant('alerts that are over count when they changed at or after it; default 24 hours ago'),
    ),
    limit: AlertLimit,
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    position: Position,
    server_time: EpochMs,
    more: Type.Boolean({ description: 'There are more than `limit`; the newest are listed' }),
    alerts: Type.Array(AlertLineSchema, {
      description: 'The newest first; without their histories, which /v1/alerts/{id} has',
    }),
  },
  { description: 'The alerts' },
)

/** `GET /v1/alerts`: what goes on, and what is lately over. */
export function alertsRoute(api: Api, sources: Sources): void {
  const { desk, table, clock } = sources
  api.get(
    '/alerts',
    {
      schema: {
        operationId: 'alerts',
        summary: 'Alerts of some regions: those that go on, and those that are over since a time',
        description:
          'What goes on is listed whatever its age, with how it stands: acknowledged, dispatched, silenced, muted by ' +
          'another alert, raised late, retracted. What was over before it fired is left out. By default of the regions and everything below them.',
        tags: ['alerts'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(...storedInRegions),
        },
      },
    },
    async ({ viewer, query: { region, depth, state, severity, since, limit } }, reply) => {
      const regions = new Set(region.flatMap(code => regionsOf(code, depth).map(one => one.code)))
      requireRegions(viewer, { regions: region, depth })
      const now = clock.now()
      const from = since === undefined ? now - dayMs : instantOf('since', since)
      const choice = { regions, states: state, severities: severity, since: from }
      const held = [...desk.alerts]
      const reachesBack =
        from < desk.alerts.completeSince &&
        (state.length === 0 || state.some(name => !isOpen({ state: name })))
      const stored = reachesBack
        ? await readAlerts(whileWaiting(sources, reply), {
            regions: [...regions],
            since: from,
            limit: mostAlerts,
          })
        : []
      const found = newerOf([stored, held])
        .filter(alert => isChosen(alert, choice))
        .toSorted(newestFirst)
      reply.header('cache-control', 'no-store')
      return {
        position: table.position,
        server_time: now,
        more: found.length > limit || stored.length === mostAlerts,
        alerts: found.slice(0, limit),
      }
    },
  )
}

import { Type } from 'typebox'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import { requireRegions } from '../../access/permissions.ts'
import { newerOf, newestFirst } from '../../alerts/choose-alerts.ts'
import { type PastAlert, pastAlerts, withWindow } from '../../alerts/past/past-alerts.ts'
import { regionsOf } from '../../cells/selection.ts'
import { readAlertsAround } from '../../history/alerts/read-alerts.ts'
import { type Known, maxCellsAt, readCellsAt, truths } from '../../history/past/cells-at.ts'
import { instantOf } from '../../history/time-range.ts'
import { problemResponses, storedInRegions } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import { Instant } from '../range-schema.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { Depth, EpochMs, RegionList } from '../wire-schemas.ts'
import { AlertLineSchema, SeverityName } from './alert-schema.ts'
import { AlertLimit, mostAlerts } from './alerts-route.ts'

const Query = Type.Object(
  {
    time: Instant('the minute to look back at'),
    known: Type.Enum([...truths], {
      default: 'then',
      description:
        '`then`: what had been said by that time; `now`: what is known of that time now, what was raised late, ' +
        'retracted or corrected since included',
    }),
    region: { ...RegionList, default: ['370000'] },
    depth: { ...Depth, default: 'subtree' },
    severity: Type.Array(SeverityName, {
      default: [],
      maxItems: 4,
      description: 'Severities, repeatable; all of them by default',
    }),
    limit: AlertLimit,
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    time: EpochMs,
    known: Type.Enum([...truths]),
    server_time: EpochMs,
    more: Type.Boolean({ description: 'There are more than `limit`; the newest are listed' }),
    alerts: Type.Array(AlertLineSchema, { description: 'The newest first, as they stood' }),
  },
  { description: 'The alerts' },
)

/** `GET /v1/alerts/at`: what went on at a past time. */
export function alertsAtRoute(api: Api, sources: Sources): void {
  const { desk, clock } = sources
  api.get(
    '/alerts/at',
    {
      schema: {
        operationId: 'alertsAt',
        summary: 'Alerts that were open at a past time: as known then, or as known now',
        description:
          'As their histories tell how they stood. With `known=now` one that was open then and should not have been is ' +
          'listed as `retracted`, or as `resolved` where it was over before; one that was raised later has ' +
          '`raised_late`. Of an alert that has changed since, window and value are those of /v1/kpis/at, texts are ' +
          'left out unless they tell what was so when it fired, and rule, severity and threshold are those of its last ' +
          `version. Values of more than ${maxCellsAt} cells are not looked up: null.`,
        tags: ['alerts'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(...storedInRegions),
        },
      },
    },
    async ({ viewer, query: { time, known, region, depth, severity, limit } }, reply) => {
      const regions = new Set(region.flatMap(code => regionsOf(code, depth).map(one => one.code)))
      requireRegions(viewer, { regions: region, depth })
      const instant = instantOf('time', time)
      const around = { regions: [...regions], time: instant, limit: mostAlerts }
      const waiting = whileWaiting(sources, reply)
      const stored = await readAlertsAround(waiting, around)
      const candidates = newerOf([stored, [...desk.alerts]]).filter(
        alert => regions.has(alert.region) && (severity.length === 0 || severity.includes(alert.severity)),
      )
      const found = pastAlerts(candidates, instant, known).toSorted((left, right) =>
        newestFirst(left.alert, right.alert),
      )
      reply.header('cache-control', 'no-store')
      return {
        time: instant,
        known,
        server_time: clock.now(),
        more: found.length > limit || stored.length === mostAlerts,
        alerts: await withWindows(waiting, found.slice(0, limit), { time: instant, known }),
      }
    },
  )
}

/** Those that have changed since, with the windows that were their newest ones. */
async function withWindows(
  sources: Sources,
  found: readonly PastAlert[],
  at: { readonly time: number; readonly known: Known },
): Promise<Alert[]> {
  const partial = found.flatMap(({ alert, isWhole }) => (isWhole ? [] : [alert]))
  const kpis = [...new Set(partial.map(({ kpi }) => kpi))]
  const regions = [...new Set(partial.map(({ region }) => region))]
  const isAsked = partial.length > 0 && kpis.length * regions.length <= maxCellsAt
  const cells = isAsked ? await readCellsAt(sources, { ...at, kpis, regions }) : []
  const byCell = new Map(cells.map(cell => [`${cell.kpi}|${cell.region}`, cell]))
  return found.map(({ alert, isWhole }) =>
    isWhole ? alert : withWindow(alert, byCell.get(`${alert.kpi}|${alert.region}`)),
  )
}

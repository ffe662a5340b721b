import { Type } from 'typebox'
import { alertDeeds } from '../../../schemas/alerts/alert.ts'
import { requireRegions } from '../../access/permissions.ts'
import { newerOf } from '../../alerts/choose-alerts.ts'
import { handOver } from '../../alerts/hand-over.ts'
import { concerns, silenceStateOf } from '../../alerts/silence-book.ts'
import { regionsOf } from '../../cells/selection.ts'
import { CorrectedKpi, countCorrections } from '../../history/alerts/count-corrections.ts'
import { readAlerts } from '../../history/alerts/read-alerts.ts'
import { timeRange } from '../../history/time-range.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import { Instant } from '../range-schema.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { EpochMs, NullableString } from '../wire-schemas.ts'
import { AlertLineSchema } from './alert-schema.ts'
import { mostAlerts } from './alerts-route.ts'
import { SilenceSchema, silenceJson } from './silence-schema.ts'

const hourMs = 3_600_000
/** A shift, and so far ahead silences are looked at. */
const shiftMs = 12 * hourMs
const longestMs = 7 * 24 * hourMs

const Query = Type.Object(
  {
    region: Type.String({ default: '370000', description: 'With everything below it' }),
    since: Type.Optional(Instant('when the shift began; default 12 hours ago, at most 7 days')),
  },
  { additionalProperties: false },
)

const Lines = (description: string) => Type.Array(AlertLineSchema, { description })

const Answer = Type.Object(
  {
    region: Type.String(),
    since: EpochMs,
    until: EpochMs,
    fired: Lines('Began to demand somebody since then, also if it is over; the newest first'),
    open: Lines('Goes on, whenever it began'),
    retracted: Lines('Corrected values said that it should never have fired'),
    raised_late: Lines('Corrected values said afterwards that it should have fired'),
    deeds: Type.Array(
      Type.Object({
        at: EpochMs,
        what: Type.Enum([...alertDeeds]),
        by: Type.String(),
        note: NullableString,
        alert_id: Type.String(),
        rule: Type.String(),
        region: Type.String(),
      }),
      { description: 'What people did about alerts; the last first' },
    ),
    silences_ending: Type.Array(SilenceSchema, {
      description: 'Hold now and end within the next 12 hours; what ends first comes first',
    }),
    corrections: Type.Array(CorrectedKpi, { description: 'KPIs of which values were corrected' }),
  },
  { description: 'What the next shift must know' },
)

/** `GET /v1/handover`: for the change of shifts. */
export function handOverRoute(api: Api, sources: Sources): void {
  const { desk, clock } = sources
  api.get(
    '/handover',
    {
      schema: {
        operationId: 'handOver',
        summary: 'What happened since an hour: for the change of shifts',
        description:
          'What fired, what goes on, what was retracted or raised late, who did what, which silences end soon, and how ' +
          'many values were corrected, in a region and everything below it.',
        tags: ['alerts'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'forbidden_region',
            'empty_range',
            'range_too_long',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, query: { region, since } }, reply) => {
      const regions = regionsOf(region, 'subtree').map(({ code }) => code)
      requireRegions(viewer, { regions: [region], depth: 'subtree' })
      const now = clock.now()
      const { from, to } = timeRange(since ?? String(now - shiftMs), String(now), 'window', now, longestMs)
      const reachesBack = from < desk.alerts.completeSince
      const waiting = whileWaiting(sources, reply)
      const [stored, corrections] = await Promise.all([
        reachesBack ? readAlerts(waiting, { regions, since: from, limit: mostAlerts }) : [],
        countCorrections(waiting, { regions, from, to }),
      ])
      const named = new Set(regions)
      const alerts = newerOf([stored, [...desk.alerts].filter(alert => named.has(alert.region))])
      reply.header('cache-control', 'no-store')
      return {
        region,
        since: from,
        until: to,
        ...handOver(alerts, { since: from, until: to + 1 }),
        silences_ending: desk.silences
          .all()
          .filter(silence => concerns(silence, region) && silenceStateOf(silence, now) === 'active')
          .filter(({ ends_at }) => ends_at < now + shiftMs)
          .toSorted((left, right) => left.ends_at - right.ends_at)
          .map(silence => silenceJson(silence, now)),
        corrections,
      }
    },
  )
}

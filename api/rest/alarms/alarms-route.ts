import { Type } from 'typebox'
import { requireRegions } from '../../access/permissions.ts'
import { regionsOf } from '../../cells/selection.ts'
import { alarmSeverities, alarmsIn, countAlarms, listAlarms } from '../../history/read-alarms.ts'
import { problemResponses, storedInRegions } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { Depth, EpochMs, NullableString, RegionList } from '../wire-schemas.ts'

const mostAlarms = 2_000

const Severity = Type.Enum([...alarmSeverities], { description: 'ITU-T X.733 perceived severity' })
const Count = Type.Integer()

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    depth: {
      ...Depth,
      description: 'Regions to count in: those named, those directly below too, or all below',
    },
    severity: Type.Array(Severity, {
      default: [...alarmSeverities],
      minItems: 1,
      maxItems: alarmSeverities.length,
      description: 'Severities, repeatable; all of them by default',
    }),
    limit: Type.Integer({
      minimum: 0,
      maximum: mostAlarms,
      default: 100,
      description: 'Alarms in the answer',
    }),
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    server_time: EpochMs,
    counts: Type.Array(
      Type.Object({
        region: Type.String(),
        total: Count,
        by_severity: Type.Object({
          CRITICAL: Count,
          MAJOR: Count,
          MINOR: Count,
          WARNING: Count,
          INDETERMINATE: Count,
        }),
      }),
      { description: 'How many are active in each region and everything below it' },
    ),
    more: Type.Boolean({ description: 'There are more than `limit`' }),
    alarms: Type.Array(
      Type.Object({
        asset_id: Type.String(),
        alarm_id: Type.String(),
        county: Type.String(),
        severity: Severity,
        probable_cause: NullableString,
        specific_problem: NullableString,
        since: { ...EpochMs, description: 'First raised after it was last cleared; epoch ms' },
        last_report: { ...EpochMs, description: 'Last raised or changed; epoch ms' },
      }),
      { description: 'Of the regions and everything below them, the worst first, of equals the newest' },
    ),
  },
  { description: 'The alarms' },
)

/** `GET /v1/alarms`: device alarms that were raised and not cleared, as they are stored. */
export function alarmsRoute(api: Api, sources: Sources): void {
  api.get(
    '/alarms',
    {
      schema: {
        operationId: 'alarms',
        summary: 'Device alarms that are active: how many of each severity, and which',
        description:
          'Raise and clear pair by alarm_id on their asset; an alarm is active while its last report says raised. ' +
          'What this lists is what is stored, some seconds behind the devices. Alerts are something else: see /v1/alerts.',
        tags: ['alerts'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(...storedInRegions),
        },
      },
    },
    async ({ viewer, query: { region, depth, severity, limit } }, reply) => {
      const regions = [...new Set(region.flatMap(code => regionsOf(code, depth).map(one => one.code)))]
      requireRegions(viewer, { regions: region, depth: 'subtree' })
      const choice = { regions: region, severities: severity }
      const waiting = whileWaiting(sources, reply)
      const [counted, listed] = await Promise.all([
        countAlarms(waiting, choice),
        listAlarms(waiting, choice, limit + 1),
      ])
      reply.header('cache-control', 'no-store')
      return {
        server_time: sources.clock.now(),
        counts: regions.map(code => {
          const sums = alarmsIn(code, counted)
          return {
            region: code,
            total: alarmSeverities.reduce((sum, name) => sum + sums[name], 0),
            by_severity: sums,
          }
        }),
        more: listed.length > limit,
        alarms: listed.slice(0, limit),
      }
    },
  )
}

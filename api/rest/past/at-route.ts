import { type Static, Type } from 'typebox'
import { CodedError } from '../../../platform/errors.ts'
import { requireRegions } from '../../access/permissions.ts'
import { kpisNamed, regionsOf } from '../../cells/selection.ts'
import { lookBackMs, maxCellsAt, readCellsAt, settledMs, truths } from '../../history/past/cells-at.ts'
import { instantOf } from '../../history/time-range.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import { Instant } from '../range-schema.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { CellSchema, Depth, EpochMs, KpiList, RegionList } from '../wire-schemas.ts'

const KnownName = Type.Enum([...truths], {
  default: 'then',
  description:
    '`then`: what was known at that time; `now`: what is known now of the same windows, corrections included, and of ' +
    'windows that were told of later',
})

const Query = Type.Object(
  {
    time: Instant('the minute to look back at'),
    known: KnownName,
    region: { ...RegionList, default: ['370000'] },
    depth: Depth,
    kpi: { ...KpiList, default: ['*'] },
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    time: EpochMs,
    known: Type.Enum([...truths]),
    server_time: EpochMs,
    cells: Type.Array(CellSchema),
  },
  { description: 'The cells; one of which nothing was known is not listed' },
)

/** `GET /v1/kpis/at`: the current values of a past time. */
export function atRoute(api: Api, sources: Sources): void {
  const { table, clock } = sources
  api.get(
    '/kpis/at',
    {
      schema: {
        operationId: 'cellsAt',
        summary: 'Values as they were at a past time: as known then, or as known now',
        description:
          'The newest window of every cell that was final at the time, with the value that was known then or, with ' +
          '`known=now`, with its last one. Provisional values are not stored: where the wall showed one, this gives ' +
          `the final value before it. Windows up to ${lookBackMs / 3_600_000} hours old are looked at; at most ` +
          `${maxCellsAt} cells (regions × KPIs) are given at once. A window that was told of later (data that came ` +
          `late altogether) is known now if it was over for ${settledMs / 60_000} minutes.`,
        tags: ['values'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'unknown_kpi',
            'too_many_points',
            'forbidden_region',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, query: { time, known, region, depth, kpi } }, reply) => {
      const regions = [...new Set(region.flatMap(code => regionsOf(code, depth).map(one => one.code)))]
      const kpis = [
        ...new Set(kpi.flatMap(pattern => kpisNamed(table.space.kpis, pattern).map(({ id }) => id))),
      ]
      requireRegions(viewer, { regions: region, depth })
      if (regions.length * kpis.length > maxCellsAt) {
        throw new CodedError(
          'too_many_points',
          `${regions.length} regions × ${kpis.length} KPIs are more than ${maxCellsAt} cells`,
          { hint: 'ask for fewer regions or KPIs' },
        )
      }
      const instant = instantOf('time', time)
      const cells = await readCellsAt(whileWaiting(sources, reply), { kpis, regions, time: instant, known })
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Answer> = {
        time: instant,
        known,
        server_time: clock.now(),
        cells: [...cells],
      }
      return answer
    },
  )
}

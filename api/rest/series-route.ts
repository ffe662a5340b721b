import { type Static, Type } from 'typebox'
import { CodedError } from '../../platform/errors.ts'
import { requireRegions } from '../access/permissions.ts'
import { kpiNamed, regionsOf } from '../cells/selection.ts'
import { Point, readSeries } from '../history/read-series.ts'
import { instantOf, stepNames, timeRange } from '../history/time-range.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import { Instant, stepOf } from './range-schema.ts'
import type { Sources } from './sources.ts'
import { whileWaiting } from './while-waiting.ts'
import { EpochMs, RegionList } from './wire-schemas.ts'

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    from: Type.Optional(Instant('default one hour before `to`')),
    to: Type.Optional(Instant('exclusive; default now')),
    step: stepOf('longestMs'),
    known_at: Type.Optional(
      Instant('the values as they were known then; with `step=window` only; default now'),
    ),
  },
  { additionalProperties: false },
)

const Series = Type.Object(
  {
    kpi: Type.String(),
    step: Type.Enum(stepNames),
    from: EpochMs,
    to: EpochMs,
    series: Type.Array(Type.Object({ region: Type.String(), points: Type.Array(Point) })),
  },
  { description: 'A series for every region that was asked for, empty ones too' },
)

/** `GET /v1/kpis/{kpi}/series`: stored values of one KPI over time. */
export function seriesRoute(api: Api, sources: Sources): void {
  api.get(
    '/kpis/:kpi/series',
    {
      schema: {
        operationId: 'series',
        summary: 'Final and corrected values of a KPI over time',
        description:
          'Stored values, oldest first; a window belongs to the range it starts in. A window may still be corrected, ' +
          'whatever its age, so nothing of this is to be cached. For more than one answer holds there is /v1/export.',
        tags: ['values'],
        params: Type.Object({ kpi: Type.String({ description: 'KPI id' }) }),
        querystring: Query,
        response: {
          200: Series,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'empty_range',
            'range_too_long',
            'too_many_points',
            'forbidden_region',
            'unknown_kpi',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, params, query: { region, from, to, step, known_at } }, reply) => {
      const kpi = kpiNamed(params.kpi)
      const regions = [...new Set(region)]
      for (const code of regions) regionsOf(code, 'self')
      requireRegions(viewer, { regions, depth: 'self' })
      const range = timeRange(from, to, step, sources.clock.now())
      if (known_at !== undefined && step !== 'window') {
        throw new CodedError('invalid_request', 'known_at goes with step=window only')
      }
      const knownAt = known_at === undefined ? undefined : instantOf('known_at', known_at)
      const series = await readSeries({ ...whileWaiting(sources, reply), kpi, regions, range, step, knownAt })
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Series> = {
        kpi: kpi.id,
        step,
        ...range,
        series: [...series].map(([code, points]) => ({ region: code, points: [...points] })),
      }
      return answer
    },
  )
}

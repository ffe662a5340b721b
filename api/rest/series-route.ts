import { type Static, Type } from 'typebox'
import { kpiNamed, regionsOf } from '../cells/selection.ts'
import { Point, readSeries } from '../history/read-series.ts'
import { stepNames, timeRange } from '../history/time-range.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import type { Sources } from './sources.ts'
import { EpochMs, RegionList } from './wire-schemas.ts'

const instant = 'RFC 3339 with Z or an offset, or epoch ms'

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    from: Type.Optional(Type.String({ description: `${instant}; default one hour before \`to\`` })),
    to: Type.Optional(Type.String({ description: `${instant}, exclusive; default now` })),
    step: Type.Enum(stepNames, {
      default: 'window',
      description: 'Windows as stored, or exact values per hour or day (days begin at midnight, UTC+8)',
    }),
  },
  { additionalProperties: false },
)

const Series = Type.Object({
  kpi: Type.String(),
  step: Type.Enum(stepNames),
  from: EpochMs,
  to: EpochMs,
  series: Type.Array(Type.Object({ region: Type.String(), points: Type.Array(Point) })),
})

/** `GET /v1/kpis/{kpi}/series`: stored values of one KPI over time. */
export function seriesRoute(api: Api, { clickhouse, database, clock }: Sources): void {
  api.get(
    '/kpis/:kpi/series',
    {
      schema: {
        operationId: 'series',
        summary: 'Final and corrected values of a KPI over time',
        tags: ['values'],
        params: Type.Object({ kpi: Type.String({ description: 'KPI id' }) }),
        querystring: Query,
        response: {
          200: Series,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'range_too_long',
            'too_many_points',
            'unauthorized',
            'unknown_kpi',
            'history_unavailable',
          ),
        },
      },
    },
    async ({ params: { kpi }, query: { region, from, to, step } }, reply) => {
      kpiNamed(kpi)
      const regions = [...new Set(region)]
      for (const code of regions) regionsOf(code, 'self')
      const range = timeRange(from, to, step, clock.now())
      const series = await readSeries({ clickhouse, database, kpi, regions, range, step })
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Series> = {
        kpi,
        step,
        ...range,
        series: [...series].map(([code, points]) => ({ region: code, points: [...points] })),
      }
      return answer
    },
  )
}

import { Type } from 'typebox'
import { formulaOf } from '../../schemas/kpis/kpi-table.ts'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import { cachedJson, cataloguePage, NotModified, sendCached } from './cached-json.ts'

const KpiSchema = Type.Object({
  id: Type.String(),
  feed: Type.String(),
  record: Type.String({ description: 'Record type or census that it is computed from' }),
  unit: Type.String({ description: '1 for a plain number' }),
  zh: Type.String(),
  en: Type.String(),
  good: Type.Enum(['up', 'down', 'none'], { description: 'Which way is good' }),
  target: Type.Unsafe<{ value: number; source: string } | null>({
    type: ['object', 'null'],
    properties: { value: { type: 'number' }, source: { type: 'string' } },
    description: "Plan target or standard limit, in the KPI's unit",
  }),
  decimals: Type.Integer({ description: 'Decimals people act on' }),
  min_coverage: Type.Number({ description: 'Below this share of expected assets the value is unsure, 0..1' }),
  formula: Type.String({ description: 'Over measures, evaluated after merging' }),
  source: Type.String({ description: 'Where the definition comes from' }),
  assumed: Type.Boolean({ description: 'Assumed here rather than read in a standard' }),
})

/** `GET /v1/kpis`: the catalogue. */
export function kpisRoute(api: Api): void {
  const answer = cachedJson({
    kpis: kpis.map(kpi => ({
      id: kpi.id,
      feed: kpi.id.slice(0, kpi.id.indexOf('.')),
      record: kpi.of,
      unit: kpi.unit,
      zh: kpi.zh,
      en: kpi.en,
      good: kpi.good,
      target: kpi.target ?? null,
      decimals: kpi.decimals,
      min_coverage: kpi.minCoverage,
      formula: formulaOf(kpi),
      source: kpi.source,
      assumed: kpi.assumed ?? false,
    })),
  })
  api.get(
    '/kpis',
    {
      schema: {
        operationId: 'kpis',
        summary: 'Catalogue of KPIs: names, units, formulas, targets',
        description:
          'Every KPI that there is, with how it is computed and what stands behind its definition. Changes with releases only: ask with If-None-Match.',
        tags: ['catalogue'],
        response: {
          200: cataloguePage('The catalogue', Type.Object({ kpis: Type.Array(KpiSchema) })),
          304: NotModified,
          ...problemResponses('unauthorized'),
        },
      },
    },
    async (request, reply) => sendCached(request, reply, answer),
  )
}

import { Type } from 'typebox'
import { requireRegions } from '../access/permissions.ts'
import { cellsJson } from '../cells/cells-json.ts'
import { select } from '../cells/selection.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import type { Sources } from './sources.ts'
import { CellSchema, Depth, EpochMs, KpiList, Position, RegionList } from './wire-schemas.ts'

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    depth: Depth,
    kpi: { ...KpiList, default: ['*'] },
  },
  { additionalProperties: false },
)

/** `GET /v1/kpis/latest`: current values, the same cells as a snapshot on the stream. */
export function latestRoute(api: Api, { table, clock }: Sources): void {
  api.get(
    '/kpis/latest',
    {
      schema: {
        operationId: 'latest',
        summary: 'Current value of every KPI of some regions',
        description:
          'The newest window with enough coverage, or the newest final one: the same cells as a snapshot on the stream, ' +
          'true up to `position`. A cell that has no value yet is not listed.',
        tags: ['values'],
        querystring: Query,
        response: {
          200: Type.Object(
            { position: Position, server_time: EpochMs, cells: Type.Array(CellSchema) },
            { description: 'The cells' },
          ),
          ...problemResponses('invalid_request', 'unknown_region', 'unknown_kpi', 'forbidden_region'),
        },
      },
    },
    async ({ viewer, query: { region, depth, kpi } }, reply) => {
      const cells = select(table.space, { regions: region, depth, kpis: kpi })
      requireRegions(viewer, { regions: region, depth })
      const { json } = cellsJson(table, cells)
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(`{"position":${table.position},"server_time":${clock.now()},"cells":${json}}`)
    },
  )
}

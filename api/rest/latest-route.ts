import { Type } from 'typebox'
import { depths } from '../../schemas/protocol/stream.ts'
import { cellsJson } from '../cells/cells-json.ts'
import { select } from '../cells/selection.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import type { Sources } from './sources.ts'
import { CellSchema, EpochMs, Position, RegionList } from './wire-schemas.ts'

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    depth: Type.Enum([...depths], { default: 'self', description: 'How far below the regions' }),
    kpi: Type.Array(Type.String(), {
      minItems: 1,
      maxItems: 100,
      default: ['*'],
      description: 'KPI id, `feed.*` or `*`, repeatable',
    }),
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
        tags: ['values'],
        querystring: Query,
        response: {
          200: Type.Object({ position: Position, server_time: EpochMs, cells: Type.Array(CellSchema) }),
          ...problemResponses('invalid_request', 'unknown_region', 'unknown_kpi', 'unauthorized'),
        },
      },
    },
    async ({ query: { region, depth, kpi } }, reply) => {
      const { json } = cellsJson(table, select(table.space, { regions: region, depth, kpis: kpi }))
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(`{"position":${table.position},"server_time":${clock.now()},"cells":${json}}`)
    },
  )
}

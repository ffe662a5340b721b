import { type Static, Type } from 'typebox'
import { supersedes } from '../../../schemas/protocol/current-value.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import type { RegionWindow } from '../../cells/region-window.ts'
import {
  readLastRevision,
  readRevisions,
  StoredCell,
  type StoredRevision,
} from '../../history/provenance/stored-cell.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { CellSchema, EpochMs, NullableNumber } from '../wire-schemas.ts'
import { CellParams, cellAsked, cellQuery, windowNotFound } from './cell-asked.ts'

const RevisionSchema = Type.Object({
  ...StoredCell.properties,
  value_before: { ...NullableNumber, description: 'Value of the revision before; null for the first one' },
})

const Revisions = Type.Object(
  {
    kpi: Type.String(),
    region: Type.String(),
    window_start: EpochMs,
    window_end: EpochMs,
    revisions: Type.Array(RevisionSchema, { description: 'Oldest first' }),
    live: Type.Unsafe<Cell | null>({
      ...CellSchema,
      type: ['object', 'null'],
      description:
        'What the stream says beyond what is stored: the provisional value while the window is open, ' +
        'a final or corrected one for the moment until it is stored; else null',
    }),
  },
  { description: 'The revisions' },
)

/** `GET /v1/kpis/{kpi}/revisions`: what was known of one cell, and when. */
export function revisionsRoute(api: Api, sources: Sources): void {
  api.get(
    '/kpis/:kpi/revisions',
    {
      schema: {
        operationId: 'revisions',
        summary: 'What was known when: every revision of a KPI in one region and window',
        description:
          'Every final and corrected value that was stored of one window, and what the stream says beyond it.',
        tags: ['provenance'],
        params: CellParams,
        querystring: Type.Object(cellQuery, { additionalProperties: false }),
        response: {
          200: Revisions,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'forbidden_region',
            'unknown_kpi',
            'window_not_found',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, params, query }, reply) => {
      const history = whileWaiting(sources, reply)
      const asked = cellAsked(viewer, params.kpi, query.region, query.window_start)
      const { kpi, region, instant } = asked
      const last = await readLastRevision(history, { kpi: kpi.id, region, instant })
      const held = history.table.heldAt(kpi.of, region, instant)
      const window = last ?? held
      if (!window) throw windowNotFound(asked)
      const { window_start, window_end } = window
      const stored = last ? await readRevisions(history, { kpi: kpi.id, region, instant: window_start }) : []
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Revisions> = {
        kpi: kpi.id,
        region,
        window_start,
        window_end,
        revisions: stored.map(({ cell }, i) => ({
          ...cell,
          value_before: stored[i - 1]?.cell.value ?? null,
        })),
        live: held && held.window_start === window_start ? liveCell(kpi.id, held, stored.at(-1)) : null,
      }
      return answer
    },
  )
}

/** The cell of a held window, unless as much is stored. */
function liveCell(kpi: string, held: RegionWindow, stored: StoredRevision | undefined): Cell | null {
  if (stored && !supersedes(held, stored.cell)) return null
  const { kpis, record: _record, ...window } = held
  const said = kpis.find(value => value.kpi === kpi)
  return said ? { kpi, ...window, value: said.value } : null
}

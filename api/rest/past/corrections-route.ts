import { type Static, Type } from 'typebox'
import { requireRegions } from '../../access/permissions.ts'
import { kpisNamed, regionsOf } from '../../cells/selection.ts'
import {
  Corrections,
  longestCorrectionsMs,
  maxSlots,
  readCorrections,
  slotMsOf,
} from '../../history/past/read-corrections.ts'
import { timeRange } from '../../history/time-range.ts'
import { problemResponses } from '../../server/problems.ts'
import type { Api } from '../../server/type-provider.ts'
import { Instant } from '../range-schema.ts'
import type { Sources } from '../sources.ts'
import { whileWaiting } from '../while-waiting.ts'
import { EpochMs, KpiList, RegionList } from '../wire-schemas.ts'

const days = longestCorrectionsMs / 86_400_000

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    kpi: { ...KpiList, default: ['*'] },
    from: Type.Optional(Instant(`default one hour before \`to\`, at most ${days} days`)),
    to: Type.Optional(Instant('exclusive; default now')),
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    from: EpochMs,
    to: EpochMs,
    slot_ms: Type.Integer({
      description: `Length of a slot, whole minutes; a range has at most ${maxSlots}`,
    }),
    corrections: Type.Array(Corrections, {
      description: 'Oldest first; slots without corrections are left out',
    }),
  },
  { description: 'When corrections were computed' },
)

/** `GET /v1/kpis/corrections`: when values changed after they had been final. */
export function correctionsRoute(api: Api, sources: Sources): void {
  api.get(
    '/kpis/corrections',
    {
      schema: {
        operationId: 'corrections',
        summary: 'When values of some regions were corrected',
        description:
          'By the time at which a correction was computed, not by the window that it is of: from then on another ' +
          'value was known.',
        tags: ['provenance'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(
            'invalid_request',
            'unknown_region',
            'unknown_kpi',
            'empty_range',
            'range_too_long',
            'forbidden_region',
            'history_unavailable',
            'history_timeout',
          ),
        },
      },
    },
    async ({ viewer, query: { region, kpi, from, to } }, reply) => {
      const { table, clock } = sources
      const regions = [...new Set(region)]
      for (const code of regions) regionsOf(code, 'self')
      const kpis = [
        ...new Set(kpi.flatMap(pattern => kpisNamed(table.space.kpis, pattern).map(({ id }) => id))),
      ]
      requireRegions(viewer, { regions, depth: 'self' })
      const range = timeRange(from, to, 'window', clock.now(), longestCorrectionsMs)
      const corrections = await readCorrections(whileWaiting(sources, reply), { kpis, regions, ...range })
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Answer> = {
        ...range,
        slot_ms: slotMsOf(range),
        corrections: [...corrections],
      }
      return answer
    },
  )
}

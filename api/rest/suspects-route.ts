import { type Static, Type } from 'typebox'
import { suspectReasons, suspectRecords } from '../../schemas/clickhouse/suspects-view.ts'
import { requireRegions } from '../access/permissions.ts'
import { regionsOf } from '../cells/selection.ts'
import { longestSuspectsMs, readSuspects, Suspect } from '../history/read-suspects.ts'
import { timeRange } from '../history/time-range.ts'
import { problemResponses, storedInRegions } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import { Instant } from './range-schema.ts'
import type { Sources } from './sources.ts'
import { whileWaiting } from './while-waiting.ts'
import { EpochMs, RegionList } from './wire-schemas.ts'

const mostSuspects = 500
const days = longestSuspectsMs / 86_400_000

const Query = Type.Object(
  {
    region: { ...RegionList, default: ['370000'] },
    record: Type.Array(Type.Enum([...suspectRecords]), {
      default: [...suspectRecords],
      minItems: 1,
      maxItems: suspectRecords.length,
      description: 'Record types, repeatable; all of them by default',
    }),
    reason: Type.Array(Type.Enum([...suspectReasons]), {
      default: [...suspectReasons],
      minItems: 1,
      maxItems: suspectReasons.length,
      description: 'Why the readings are not measured, repeatable; all of them by default',
    }),
    source: Type.Optional(
      // As many, and as long, as an address may be, whatever the script.
      Type.Array(Type.String({ maxLength: 200 }), {
        minItems: 1,
        maxItems: 5,
        description: 'Who sent the readings, repeatable; without it everybody, those without a name too',
      }),
    ),
    from: Type.Optional(Instant(`by event time, default one hour before \`to\`, at most ${days} days`)),
    to: Type.Optional(Instant('exclusive; default now')),
    limit: Type.Integer({
      minimum: 1,
      maximum: mostSuspects,
      default: 100,
      description: 'Suspects in the answer',
    }),
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    from: EpochMs,
    to: EpochMs,
    total: Type.Integer({ description: 'How many there are; the list may be shorter' }),
    more: Type.Boolean({ description: 'There are more than `limit`' }),
    suspects: Type.Array(Suspect, {
      description: 'Of the regions and everything below them, those with the most readings first',
    }),
  },
  { description: 'The assets with suspect readings, one for each source and reason' },
)

/** `GET /v1/suspects`: which assets send what is kept and not measured, who sends it, and why is it doubted? */
export function suspectsRoute(api: Api, sources: Sources): void {
  api.get(
    '/suspects',
    {
      schema: {
        operationId: 'suspects',
        summary: 'Assets whose readings are kept and not measured, by who sent them and why',
        description:
          'Readings that can be and are doubtful by what is registered of the asset or by physics, and those that a device marked ' +
          'itself. What is registered, or the device, is to be mended. They are listed as stored, some seconds behind.',
        tags: ['health'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(...storedInRegions, 'empty_range', 'range_too_long'),
        },
      },
    },
    async ({ viewer, query: { region, record, reason, source, from, to, limit } }, reply) => {
      const within = region.flatMap(code => regionsOf(code, 'subtree'))
      requireRegions(viewer, { regions: region, depth: 'subtree' })
      const range = timeRange(from, to, 'window', sources.clock.now(), longestSuspectsMs)
      const counties = within.filter(({ level }) => level === 'county').map(({ code }) => code)
      const { total, suspects } = await readSuspects(whileWaiting(sources, reply), {
        ...range,
        counties: [...new Set(counties)],
        records: [...new Set(record)],
        sources: source ?? [],
        reasons: reason,
        limit,
      })
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Answer> = {
        ...range,
        total,
        more: total > limit,
        suspects: [...suspects],
      }
      return answer
    },
  )
}

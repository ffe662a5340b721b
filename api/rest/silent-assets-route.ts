import { type Static, Type } from 'typebox'
import { requireRegions } from '../access/permissions.ts'
import { regionsOf } from '../cells/selection.ts'
import {
  lookedBackMs,
  maxSilentAssets,
  readSilentAssets,
  SilentAsset,
} from '../history/read-silent-assets.ts'
import { problemResponses, storedInRegions } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import type { Sources } from './sources.ts'
import { whileWaiting } from './while-waiting.ts'
import { EpochMs } from './wire-schemas.ts'

const Query = Type.Object(
  { region: Type.String({ description: 'Region code', default: '370000' }) },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    region: Type.String(),
    server_time: EpochMs,
    looked_back_ms: Type.Integer({ description: 'Older readings are not looked at' }),
    expected: Type.Integer({ description: 'Assets in service that should report' }),
    total: Type.Integer({ description: 'Silent ones among them; the list may be shorter' }),
    assets: Type.Array(SilentAsset, { maxItems: maxSilentAssets }),
  },
  { description: 'The silent assets, the longest silent first' },
)

/** `GET /v1/assets/silent`: who of a region should report and does not? */
export function silentAssetsRoute(api: Api, sources: Sources): void {
  api.get(
    '/assets/silent',
    {
      schema: {
        operationId: 'silentAssets',
        summary: 'Assets of a region that should report and do not',
        description:
          'Assets in service whose last three reporting periods brought nothing, measured against the newest reading of ' +
          'their record type. Record types without a period, and periods over 20 minutes, are not judged.',
        tags: ['health'],
        querystring: Query,
        response: {
          200: Answer,
          ...problemResponses(...storedInRegions),
        },
      },
    },
    async ({ viewer, query: { region } }, reply) => {
      const within = regionsOf(region, 'subtree')
      requireRegions(viewer, { regions: [region], depth: 'subtree' })
      const now = sources.clock.now()
      const counties = within.filter(({ level }) => level === 'county').map(({ code }) => code)
      const { expected, total, assets } = await readSilentAssets(whileWaiting(sources, reply), {
        counties,
        now,
      })
      reply.header('cache-control', 'no-store')
      const answer: Static<typeof Answer> = {
        region,
        server_time: now,
        looked_back_ms: lookedBackMs,
        expected,
        total,
        assets: [...assets],
      }
      return answer
    },
  )
}

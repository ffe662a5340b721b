import { Type } from 'typebox'
import { levels, regions } from '../../schemas/regions/regions.ts'
import { problemResponses } from '../server/problems.ts'
import type { Api } from '../server/type-provider.ts'
import { cachedJson, cataloguePage, NotModified, sendCached } from './cached-json.ts'
import { NullableNumber, NullableString } from './wire-schemas.ts'

const RegionSchema = Type.Object({
  code: Type.String({ description: 'GB/T 2260 code, or circle-…' }),
  level: Type.Enum([...levels]),
  parent: NullableString,
  zh: Type.String(),
  en: Type.String(),
  centre: Type.Unsafe<readonly [number, number] | null>({
    type: ['array', 'null'],
    items: { type: 'number' },
    description: 'Longitude and latitude, degrees, WGS 84; known for cities',
  }),
  townships: NullableNumber,
  valid_from: NullableString,
  valid_to: NullableString,
})

/** `GET /v1/regions`: all regions in force, the province first, then circles, cities, counties. */
export function regionsRoute(api: Api): void {
  const answer = cachedJson({
    regions: regions.map(({ code, level, parent, zh, en, lon, lat, townships, validFrom, validTo }) => ({
      code,
      level,
      parent,
      zh,
      en,
      centre: lon === null || lat === null ? null : [lon, lat],
      townships,
      valid_from: validFrom,
      valid_to: validTo,
    })),
  })
  api.get(
    '/regions',
    {
      schema: {
        operationId: 'regions',
        summary: 'Regions: province, economic circles, cities, counties',
        description:
          'All regions in force, the province first, then circles, cities, counties. Changes with releases only: ask with If-None-Match.',
        tags: ['catalogue'],
        response: {
          200: cataloguePage('The regions', Type.Object({ regions: Type.Array(RegionSchema) })),
          304: NotModified,
          ...problemResponses('unauthorized'),
        },
      },
    },
    async (request, reply) => sendCached(request, reply, answer),
  )
}

import type { Subscribe } from '../../../schemas/protocol/stream.ts'
import { counties, regions } from '../../../schemas/regions/regions.ts'

const cities = regions.filter(({ level }) => level === 'city')
const all = { type: 'subscribe', id: 'wall', kpis: ['*'] } as const

/** What the clients of an operations centre watch: of a hundred, 5 everything, 35 a city each and 60 a county each. */
export function subscriptionOf(client: number): Subscribe {
  const place = client % 20
  if (place === 0) return { ...all, regions: ['370000'], depth: 'subtree' }
  if (place <= 7) return { ...all, regions: [codeOf(cities, client)], depth: 'subtree' }
  return { ...all, regions: [codeOf(counties, client)], depth: 'self' }
}

function codeOf(regions: readonly { readonly code: string }[], client: number): string {
  const region = regions[client % regions.length]
  if (!region) throw new RangeError('no regions')
  return region.code
}

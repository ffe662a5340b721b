import { createHash } from 'node:crypto'
import { counties } from '../../../schemas/regions/regions.ts'
import type { ForeignAsset, Plan, PlannedAsset } from './plan.ts'

const totalTownships = counties.reduce((sum, county) => sum + county.townships, 0)

/**
 * The county a place of a foreign data set is put into: SHA-256 of `seed|dataset|place`, its first 48 bits as a
 * fraction, and the county in code order whose share of the province's townships holds it. The same seed gives the
 * same county always; more townships, more assets.
 */
export function countyOfPlace(seed: number, dataset: string, place: string): string {
  const hash = createHash('sha256').update(`${seed}|${dataset}|${place}`).digest()
  let left = (hash.readUIntBE(0, 6) / 2 ** 48) * totalTownships
  for (const county of counties) {
    left -= county.townships
    if (left < 0) return county.code
  }
  throw new Error('the shares of the counties do not add up')
}

const maxIdLength = 128

/** `replay-<dataset>-<id>`; ids with other characters than assets may have get a hash to stay different. */
export function foreignAssetId(dataset: string, sourceId: string): string {
  const plain = `replay-${dataset}-${sourceId}`
  const clean = plain.replace(/[^A-Za-z0-9._:@/=,+#~-]/g, '-')
  if (clean === plain && plain.length <= maxIdLength) return plain
  const hash = createHash('sha256').update(sourceId).digest('hex').slice(0, 8)
  return `${clean.slice(0, maxIdLength - 9)}-${hash}`
}

/**
 * Adds the asset to the plan unless it is there; returns its id of ours. Its coordinates are left behind: they are
 * true where it stands, not where the hash puts it.
 */
export function planForeignAsset(plan: Plan, seed: number, foreign: ForeignAsset): string {
  const { sourceId, place = sourceId, ...rest } = foreign
  const id = foreignAssetId(plan.dataset, sourceId)
  if (plan.assets.has(id)) return id
  const asset: PlannedAsset = {
    ...rest,
    asset_id: id,
    county: countyOfPlace(seed, plan.dataset, place),
    source_dataset: plan.dataset,
    source_id: sourceId,
  }
  plan.assets.set(id, asset)
  return id
}

import { type Asset, inService } from '../../platform/assets/asset.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'

/**
 * Assets expected to report in a window, by county. A county that has any asset of the record type is in the map,
 * with 0 where nothing is due; a county without one is not.
 */
export type Expected = ReadonlyMap<string, number>

/** Answers what the asset registry expects of a window. */
export class Expectations {
  private readonly byRecord = new Map<RecordId, Map<string, Asset>>()
  private readonly cache = new Map<string, Expected>()

  /** Takes a change of the registry. */
  set(asset: Asset, before: Asset | undefined): void {
    this.cache.clear()
    for (const record of this.recordsOf(before)) this.byRecord.get(record)?.delete(asset.asset_id)
    for (const record of this.recordsOf(asset)) {
      const assets = this.byRecord.get(record) ?? new Map<string, Asset>()
      this.byRecord.set(record, assets.set(asset.asset_id, asset))
    }
  }

  of(record: RecordId, start: number, end: number): Expected {
    const key = `${record}|${start}|${end}`
    const cached = this.cache.get(key)
    if (cached) return cached
    const expected = new Map<string, number>()
    const { periodic } = records[record]
    for (const asset of this.byRecord.get(record)?.values() ?? []) {
      if (!inService(asset, start, end)) continue
      const due = periodic && asset.record === record ? shareDue(asset, end - start) : 0
      expected.set(asset.county, (expected.get(asset.county) ?? 0) + due)
    }
    if (this.cache.size > 256) this.cache.clear()
    this.cache.set(key, expected)
    return expected
  }

  private recordsOf(asset: Asset | undefined): RecordId[] {
    if (!asset) return []
    return Object.values(records)
      .filter(({ kinds }) => kinds.includes(asset.kind))
      .map(({ id }) => id)
  }
}

/** An asset that reports less often than once a window is due in that share of the windows. */
function shareDue({ period_s: periodS }: Asset, windowMs: number): number {
  return periodS === null ? 0 : Math.min(1, windowMs / (periodS * 1000))
}

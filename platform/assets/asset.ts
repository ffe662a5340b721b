import type { AssetKind, RecordId } from '../../schemas/records/record.ts'

/** An asset as it stands in `registry.assets`; times are epoch ms. */
export interface Asset {
  readonly asset_id: string
  readonly record: RecordId
  readonly kind: AssetKind
  readonly county: string
  readonly name: string | null
  readonly lat: number | null
  readonly lon: number | null
  /** Expected reporting period, s; null when nothing is expected. */
  readonly period_s: number | null
  readonly capacity: number | null
  readonly length_km: number | null
  readonly voltage_kv: number | null
  readonly commissioned_at: number | null
  readonly retired_at: number | null
  readonly source_dataset: string | null
  readonly source_id: string | null
  readonly updated_at: number
}

/** Whether the asset is in service during any part of [start, end), epoch ms. */
export function inService(asset: Asset, start: number, end: number): boolean {
  return (
    (asset.commissioned_at === null || asset.commissioned_at < end) &&
    (asset.retired_at === null || asset.retired_at > start)
  )
}

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
  /**
   * Of an asset without `commissioned_at`: expected from its registration on, or from its first reading where that is
   * earlier. Null for one that was registered before this was kept: it always was.
   */
  readonly expected_from: number | null
  /** Counties where it was before, oldest first. */
  readonly former: readonly FormerCounty[]
}

export interface FormerCounty {
  readonly county: string
  /** Exclusive. */
  readonly until: number
}

/** A time in service in one county, half-open, epoch ms; infinite where nothing is known. */
export interface Stay {
  readonly county: string
  readonly begin: number
  readonly end: number
}

/** From when on the asset is expected to be in service. */
function serviceBegin({ commissioned_at, expected_from }: Asset): number {
  return commissioned_at ?? expected_from ?? Number.NEGATIVE_INFINITY
}

/** Where the asset was in service from when until when, in the order of time; none that is empty. */
export function staysOf(asset: Asset): readonly Stay[] {
  const begin = serviceBegin(asset)
  const retired = asset.retired_at ?? Number.POSITIVE_INFINITY
  const stays: Stay[] = []
  let since = Number.NEGATIVE_INFINITY
  for (const { county, until } of [...asset.former, { county: asset.county, until: retired }]) {
    const stay = { county, begin: Math.max(begin, since), end: Math.min(until, retired) }
    if (stay.begin < stay.end) stays.push(stay)
    since = Math.max(since, until)
  }
  return stays
}

/** Where the asset is, or was at that time, epoch ms. */
export function countyAt({ county, former }: Pick<Asset, 'county' | 'former'>, time: number): string {
  if (former.length === 0) return county
  return former.find(({ until }) => time < until)?.county ?? county
}

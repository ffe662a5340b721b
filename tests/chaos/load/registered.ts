import type { Asset } from '../../../platform/assets/asset.ts'
import type { LoadAsset } from './province.ts'

/** An asset of the load as ingest has it once it is registered. */
export function registered({ commissioned_at, retired_at, ...asset }: LoadAsset): Asset {
  const time = (text: string | undefined) => (text === undefined ? null : Date.parse(text))
  const unsaid = { lat: null, lon: null, capacity: null, length_km: null, voltage_kv: null }
  return {
    ...unsaid,
    source_dataset: null,
    source_id: null,
    updated_at: 0,
    expected_from: null,
    former: [],
    ...asset,
    commissioned_at: time(commissioned_at),
    retired_at: time(retired_at),
  }
}

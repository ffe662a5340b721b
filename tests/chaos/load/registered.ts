import type { Asset } from '../../../platform/assets/asset.ts'
import { assetOf } from '../../processors/topology-driver.ts'
import type { LoadAsset } from './province.ts'

/** An asset of the load as ingest has it once it is registered. */
export function registered({ commissioned_at, retired_at, ...asset }: LoadAsset): Asset {
  const time = (text: string | undefined) => (text === undefined ? null : Date.parse(text))
  return assetOf({ ...asset, commissioned_at: time(commissioned_at), retired_at: time(retired_at) })
}

import { isNumber, isNumberOrNull, isObject } from '../../client/json-types.ts'

export interface SilentAsset {
  readonly asset_id: string
  readonly name: string
  readonly record: string
  readonly county: string
  /** Epoch ms; null when nothing came for as long as was looked back. */
  readonly last_reading: number | null
  /** Why its last reading was refused, where one was refused in that time. */
  readonly refused_code: string | null
}

export interface SilentAssets {
  /** How many there are; the list may be shorter. */
  readonly total: number
  /** Assets that should report. */
  readonly expected: number
  readonly looked_back_ms: number
  readonly assets: readonly SilentAsset[]
}

/** The answer of `GET /v1/assets/silent`; undefined when it is not such an answer. */
export function parseSilentAssets(json: unknown): SilentAssets | undefined {
  if (!isObject(json) || !Array.isArray(json.assets)) return undefined
  const { total, expected, looked_back_ms } = json
  if (!isNumber(total) || !isNumber(expected) || !isNumber(looked_back_ms)) return undefined
  const assets: SilentAsset[] = []
  for (const item of json.assets) {
    if (!isObject(item)) return undefined
    const { asset_id, name, record, county, last_reading, refused_code = null } = item
    if (typeof asset_id !== 'string' || typeof record !== 'string' || typeof county !== 'string')
      return undefined
    if (!isNumberOrNull(last_reading)) return undefined
    if (refused_code !== null && typeof refused_code !== 'string') return undefined
    assets.push({
      asset_id,
      name: typeof name === 'string' && name !== '' ? name : asset_id,
      record,
      county,
      last_reading,
      refused_code,
    })
  }
  return { total, expected, looked_back_ms, assets }
}

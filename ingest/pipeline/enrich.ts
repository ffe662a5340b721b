import { type Asset, countyAt } from '../../platform/assets/asset.ts'
import type { Field, RecordDefinition } from '../../schemas/records/record.ts'
import { countyInForce } from '../../schemas/regions/regions.ts'
import { doubter } from './doubts.ts'
import type { Reading } from './reading.ts'
import { type Outcome, Refusal, shown } from './refusal.ts'

/** What the pipeline asks of the asset registry. */
export interface AssetLookup {
  get(assetId: string): Asset | undefined
}

export type Enrich = (reading: Reading, receivedAtMs: number) => Outcome<Reading>

/** Adds what the device does not know: its county at that time, when its reading came in, and whether it can be believed. */
export function enricher(record: RecordDefinition, assets: AssetLookup): Enrich {
  const kinds = new Set<string>(record.kinds)
  const beyondRegistered = registeredBounds(record)
  const doubt = doubter(record)

  return (reading, receivedAtMs) => {
    const asset = assets.get(reading.asset_id)
    if (!asset) return new Refusal('unknown_asset', `asset_id: ${shown(reading.asset_id)} is not registered`)
    if (!kinds.has(asset.kind)) return wrongKind(asset, record)
    if (asset.commissioned_at !== null && reading.event_time < asset.commissioned_at) {
      return outOfService(
        'asset_not_commissioned',
        reading,
        'before it was commissioned',
        asset.commissioned_at,
      )
    }
    if (asset.retired_at !== null && reading.event_time >= asset.retired_at) {
      return outOfService('asset_retired', reading, 'after it was retired', asset.retired_at)
    }
    const implausible = beyondRegistered(reading, asset)
    if (implausible) return implausible
    const registered = countyAt(asset, reading.event_time)
    const county = countyInForce(registered)
    if (!county)
      return new Refusal('unknown_county', `${asset.asset_id} is registered in ${shown(registered)}`)
    reading.county = county
    reading.received_at = receivedAtMs
    doubt(reading, asset)
    return reading
  }
}

/** Says why a reading cannot be by what is registered of its asset, or null. */
function registeredBounds({ registeredBounds = [], fields }: RecordDefinition) {
  const bounds = registeredBounds.map(bound => ({ ...bound, longestS: longestOf(bound.period, fields) }))
  return (reading: Reading, asset: Asset): Refusal | null => {
    for (const { field, property, times, period, longestS } of bounds) {
      const registered = asset[property]
      const value = reading[field]
      const hours = period === undefined ? 1 : Number(reading[period] ?? longestS) / 3_600
      if (registered === null || typeof value !== 'number' || !(value > registered * times * hours)) continue
      const most = `${Number((registered * times * hours).toPrecision(6))} at most`
      const why = `${property} ${registered} is registered of ${asset.asset_id}: ${most}`
      return new Refusal('implausible', `${field}: ${value} cannot be, ${why}`)
    }
    return null
  }
}

/** The longest period that a reading can be of, s. */
function longestOf(period: string | undefined, fields: readonly Field[]): number {
  const field = fields.find(({ name }) => name === period)
  return field?.type === 'long' ? (field.max ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
}

function wrongKind(asset: Asset, record: RecordDefinition): Refusal {
  const senders = record.kinds.join(' or ')
  return new Refusal(
    'wrong_kind',
    `${asset.asset_id} is a ${asset.kind}; ${record.id} comes from a ${senders}`,
  )
}

function outOfService(
  code: 'asset_not_commissioned' | 'asset_retired',
  reading: Reading,
  when: string,
  ms: number,
): Refusal {
  const times = `${new Date(reading.event_time).toISOString()} is ${when}, ${new Date(ms).toISOString()}`
  return new Refusal(code, `${reading.asset_id}: ${times}`)
}

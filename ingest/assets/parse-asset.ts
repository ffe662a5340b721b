import type { Asset } from '../../platform/assets/asset.ts'
import type { AssetKind, RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { countyInForce } from '../../schemas/regions/regions.ts'
import { fieldForm } from '../pipeline/field-form.ts'
import { isObject } from '../pipeline/normalise.ts'
import type { Value } from '../pipeline/reading.ts'
import { type Outcome, Refusal, shown } from '../pipeline/refusal.ts'
import { UnreadableItem } from '../pipeline/unreadable-item.ts'
import { assetFields, assetIdPattern } from './asset-fields.ts'

const forms = assetFields.map(field => ({ field, form: fieldForm(field) }))

/** Set by ingest: what a sender says of it is ignored without a word, so that assets can be sent on as read. */
const known = new Set(['updated_at', 'expected_from', 'former', ...assetFields.map(({ name }) => name)])

/** Own names of an item that assets do not have. */
export function unknownAssetFields(item: object): readonly string[] {
  return Object.keys(item).filter(name => !known.has(name))
}

/** An asset as it came through a door, or why not. Absent fields become null; since when it is expected, and where, is not known yet. */
export function parseAsset(item: unknown, nowMs: number): Outcome<Asset> {
  if (item instanceof UnreadableItem) return new Refusal(item.code, item.problem)
  if (!isObject(item)) return new Refusal('not_an_object', `expected an object, got ${shown(item)}`)
  const values: Record<string, Value> = {}
  for (const { field, form } of forms) {
    const given = item[field.name] ?? null
    if (given === null && field.required) {
      return new Refusal('field_missing', `${field.name}: is required`)
    }
    const value = given === null ? null : form(given)
    if (value instanceof Refusal) return unknownRecordInstead(field.name, value)
    if ((field.type === 'double' || field.type === 'long') && typeof value === 'number') {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field
      if (value < min || value > max) {
        return new Refusal('field_range', `${field.name}: ${value} is outside ${min} to ${max}`)
      }
    }
    values[field.name] = value
  }
  // Every field was checked against its definition above.
  return consistent({ ...values, updated_at: nowMs, expected_from: null, former: [] } as unknown as Asset)
}

function consistent(asset: Asset): Outcome<Asset> {
  if (!assetIdPattern.test(asset.asset_id)) {
    const rule = 'letters, digits and ._:@/=,+#~- , at most 128 characters'
    return new Refusal('field_type', `asset_id: expected ${rule}, got ${shown(asset.asset_id)}`)
  }
  const kinds = kindsOf(asset.record)
  if (!kinds.includes(asset.kind)) {
    return new Refusal(
      'wrong_kind',
      `kind: ${asset.record} comes from a ${kinds.join(' or ')}, not a ${asset.kind}`,
    )
  }
  const county = countyInForce(asset.county)
  if (!county)
    return new Refusal('unknown_county', `county: ${shown(asset.county)} is not a county of the province`)
  if (
    asset.commissioned_at !== null &&
    asset.retired_at !== null &&
    asset.commissioned_at > asset.retired_at
  ) {
    return new Refusal('field_relation', 'commissioned_at is after retired_at')
  }
  return { ...asset, county }
}

function kindsOf(record: RecordId): readonly AssetKind[] {
  return records[record].kinds
}

function unknownRecordInstead(name: string, refusal: Refusal): Refusal {
  return name === 'record' && refusal.code === 'enum_value'
    ? new Refusal('unknown_record', refusal.message)
    : refusal
}

/** Whether registering `next` would change nothing but `updated_at`. */
export function sameAsset(next: Asset, current: Asset | undefined): boolean {
  if (!current) return false
  return assetFields.every(({ name }) => next[name as keyof Asset] === current[name as keyof Asset])
}

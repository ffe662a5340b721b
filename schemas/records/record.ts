export const feeds = ['radio', 'datacenter', 'grid', 'parking'] as const
export type Feed = (typeof feeds)[number]

export const recordIds = [
  'radio_pm',
  'radio_alarm',
  'rack',
  'facility',
  'grid_inspection',
  'grid_defect',
  'parking',
] as const
export type RecordId = (typeof recordIds)[number]

export function isRecordId(text: string): text is RecordId {
  return (recordIds as readonly string[]).includes(text)
}

export type FieldType =
  | { readonly type: 'double'; readonly min?: number; readonly max?: number }
  | { readonly type: 'long'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'string' }
  /** RFC 3339 text or epoch ms at the doors; epoch ms in Avro. */
  | { readonly type: 'timestamp' }
  | { readonly type: 'enum'; readonly values: readonly string[] }

/** One field of a reading. Null means that the device does not say, unless `required`. */
export type Field = FieldType & {
  readonly name: string
  readonly doc: string
  readonly required?: boolean
  /** What a sender says of it is ignored. */
  readonly setByIngest?: boolean
}

/** A relation between fields that every reading must satisfy where both are given. */
export interface Rule {
  readonly lesser: string
  readonly greater: string
}

/** What a number can be at most by what is registered of its asset. It is not asked where that is not registered. */
export interface RegisteredBound {
  readonly field: string
  readonly property: 'capacity' | 'length_km'
  /** Times the registered number. */
  readonly times: number
  /** The field that gives a period, s: the bound is for an hour. Where it is not said it is the longest one it can be. */
  readonly period?: string
}

/** A number to compare a field with: `times` what is registered, or another field, or 1. */
export interface Amount {
  readonly times: number
  readonly registered?: RegisteredBound['property']
  /** Instead of so many times the registered number, where none is; without it the field is not compared then. */
  readonly otherwise?: number
  readonly field?: string
  /**
   * The field that gives a period, s: the amount is for an hour. Where it is not said it is the reporting period of the
   * asset, else a day.
   */
  readonly period?: string
}

/** What a field is like. One that the device does not say is neither above nor below anything. */
export type Condition =
  /** One of these values; null where the device does not say. */
  | { readonly field: string; readonly is: readonly (number | string | null)[] }
  | { readonly field: string; readonly above: Amount }
  | { readonly field: string; readonly below: Amount }

/**
 * What no sound device says, though each number could be: such a reading is marked as suspect and says why. Of several doubts
 * the first one in the definition is said.
 */
export interface Doubt {
  /** Stable, in the field `suspect_reason`. */
  readonly reason: string
  readonly doc: string
  /** All of them. */
  readonly when: readonly Condition[]
}

/** One kind of reading: one topic, one Avro schema, one table. */
export interface RecordDefinition {
  readonly id: RecordId
  readonly feed: Feed
  readonly doc: string
  readonly fields: readonly Field[]
  readonly rules: readonly Rule[]
  readonly registeredBounds?: readonly RegisteredBound[]
  /**
   * Required fields that tell readings of one asset and `event_time` apart. A sample is one a millisecond and has none; of
   * events there may be several. Readings of one identity are one reading, and the first in the log holds.
   */
  readonly identity?: readonly string[]
  /** Kinds of asset that send it. */
  readonly kinds: readonly AssetKind[]
  /**
   * Periodic readings come every `period_s` of the asset, so silence is missing data and coverage means something;
   * the others report events, and silence means that nothing happened.
   */
  readonly periodic: boolean
  /** Boolean field that marks a reading as unusable: kept and counted as received, never measured. */
  readonly suspectField?: string
  /** Need the fields `suspect`, which is the `suspectField`, and `suspect_reason`. */
  readonly doubts?: readonly Doubt[]
}

export const assetKinds = ['site', 'cell', 'rack', 'facility', 'line', 'lot'] as const
export type AssetKind = (typeof assetKinds)[number]

/** Fields that ingest and every record share, in Avro order. */
export const commonFields: readonly Field[] = [
  { name: 'asset_id', type: 'string', required: true, doc: 'Asset that was read; the message key' },
  { name: 'county', type: 'string', required: true, doc: 'GB/T 2260 county code, six digits' },
  {
    name: 'event_time',
    type: 'timestamp',
    required: true,
    doc: 'When it was so; the end of the period for periodic counters',
  },
  { name: 'received_at', type: 'timestamp', required: true, doc: 'When ingest received it' },
  { name: 'source', type: 'string', doc: 'Who sent it, as the sender names itself' },
]

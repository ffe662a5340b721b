/** A value of a reading in its canonical form: times are epoch ms, what the device does not say is null. */
export type Value = string | number | boolean | null

/** A reading with every field of its record type, in Avro order. */
export interface Reading {
  asset_id: string
  /** Empty until enriched. */
  county: string
  event_time: number
  /** 0 until enriched. */
  received_at: number
  source: string | null
  [field: string]: Value
}

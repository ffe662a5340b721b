import type { RejectionCode } from './rejection.ts'

/** A value of `telemetry.rejected`, the Avro record `rejected`; times are epoch ms. A reader may meet other codes. */
export interface DeadLetter<Code extends string = RejectionCode> {
  readonly record: string
  readonly asset_id: string | null
  readonly event_time: number | null
  readonly received_at: number
  readonly source: string | null
  readonly code: Code
  readonly message: string
  /** What was sent, as JSON text; with code `archive_refused` a RefusedMessage. */
  readonly payload: string
}

/** The payload of a dead letter `archive_refused`: where the message stands in the log, and its bytes. */
export interface RefusedMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly value_base64: string | null
}

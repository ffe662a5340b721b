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
  /**
   * What was sent, as JSON text; with code `archive_refused` a RefusedMessage, with
   * `undecodable_batch` and `offsets_lost` a RefusedBatch.
   */
  readonly payload: string
}

/** The payload of a dead letter `archive_refused`: where the message stands in the log, and its bytes. */
export interface RefusedMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Of the log: its place is base + offset. */
  readonly base: number
  /** Null where the message had no value, or one that is too large to be kept: then it is in the log as long as that keeps it. */
  readonly value_base64: string | null
  /** Of the value, 0 where there is none. */
  readonly value_bytes: number
}

/**
 * The payload of a dead letter `undecodable_batch` or `offsets_lost`: where the record batch, or what is gone, stands in the
 * log, and the bytes of the batch.
 */
export interface RefusedBatch {
  readonly topic: string
  readonly partition: number
  /** The first of its offsets, and the last one. */
  readonly offset: number
  readonly last_offset: number
  /** Of the log: places are base + offset. */
  readonly base: number
  /** How many messages its header says it has. */
  readonly messages: number
  /** unknown_codec, damaged, too_large or unknown_format; gone. */
  readonly defect: string
  /** The whole batch with its header; null where it is too large for a message, or gone. */
  readonly batch_base64: string | null
}

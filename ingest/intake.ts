import type { RecordId } from '../schemas/records/record.ts'
import type { RejectionCode } from '../schemas/records/rejection.ts'

/** One refused item. */
export interface Rejection {
  /** Position among the items that were handed in, from 0. */
  readonly index: number
  readonly code: RejectionCode
  /** The reason for people: which field, which value, what was expected. */
  readonly message: string
}

export interface Receipt {
  /** Items that Kafka acknowledged (for assets: and those that are registered just so already). */
  readonly accepted: number
  readonly rejected: readonly Rejection[]
  /** Fields of accepted readings that their record type does not have: not stored. Absent when there are none. */
  readonly ignored_fields?: readonly string[]
}

/**
 * Whether refused readings are kept in `telemetry.rejected`, or only counted and told to the sender: which is for a
 * sender that has them there already.
 */
export type DeadLetterPolicy = 'keep' | 'none'

/**
 * The one way into the pipeline, for every source: HTTP, files, the simulator, MQTT.
 * Items are what a JSON parser gives; nothing about them is trusted.
 */
export interface Intake {
  /**
   * Resolves only after Kafka acknowledged (acks=all) what was accepted and the dead letters of what was not.
   * @param source who sent them, where an item does not say itself.
   * @param deadLetters 'keep' when absent.
   * @throws CodedError `broker_unavailable`: nothing is promised, send them all again; repetitions are harmless.
   */
  readings(
    record: RecordId,
    items: readonly unknown[],
    source?: string,
    deadLetters?: DeadLetterPolicy,
  ): Promise<Receipt>

  /**
   * Registers assets; each replaces the one with its asset_id as a whole. Readings are accepted from the moment this
   * resolves. Refused assets are not kept.
   * @throws CodedError `broker_unavailable`.
   */
  assets(items: readonly unknown[]): Promise<Receipt>
}

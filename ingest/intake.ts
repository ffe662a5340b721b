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
  /** The first `maxListed` of them. */
  readonly rejected: readonly Rejection[]
  /** How many there are in all, and of which codes. Absent where all of them are listed. */
  readonly rejected_total?: number
  readonly rejected_by_code?: Readonly<Record<string, number>>
  /** Fields of accepted items that their record type, or an asset, does not have: not stored. Absent when there are none. */
  readonly ignored_fields?: readonly string[]
}

/** Rejections that the HTTP door lists in one answer. */
export const maxListedOverHttp = 1_000

/**
 * Whether refused readings are kept in `telemetry.rejected`, or only counted and told to the sender: which is for a
 * sender that has them there already.
 */
export type DeadLetterPolicy = 'keep' | 'none'

/** Who sends, and what that sender may say. */
export interface Sender {
  /** Recorded as `source` where an item does not say itself. */
  readonly source: string | null
  /** Null: everything. */
  readonly scope: SenderScope | null
}

export interface SenderScope {
  readonly records: ReadonlySet<RecordId>
  /** County codes in force. */
  readonly counties: ReadonlySet<string>
  /** Whether it may give this as `source`. */
  readonly maySay: (source: string) => boolean
}

/** A sender inside this process. */
export function insider(source: string | null): Sender {
  return { source, scope: null }
}

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

/** What one request brings: its items slice by slice, and then, or never, to Kafka. */
export interface IntakeBatch {
  /** Works on the next items, without a pause: a thousand at most. @returns bytes that are held for them from now on */
  add(items: readonly unknown[]): number
  /**
   * As `readings` and `assets` of Intake, for all that was added.
   * @param signal its sender has gone: what is not in a produce request yet is dropped
   */
  send(signal?: AbortSignal): Promise<Receipt>
}

/** The same way for a source whose items come in slices. Until a batch is sent nothing of it is written or counted. */
export interface BatchIntake {
  /** @param maxListed how many rejections the receipt lists */
  readingBatch(
    record: RecordId,
    sender: Sender,
    deadLetters: DeadLetterPolicy,
    maxListed: number,
  ): IntakeBatch
  assetBatch(sender: Sender, maxListed: number): IntakeBatch
}

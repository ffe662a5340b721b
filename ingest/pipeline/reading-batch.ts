import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { countyInForce } from '../../schemas/regions/regions.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import { isBeforeExpected } from '../assets/asset-history.ts'
import type { DeadLetterPolicy, IntakeBatch, Receipt, Sender, SenderScope } from '../intake.ts'
import type { Outgoing } from '../sink/send-queue.ts'
import { bareDeadLetter, deadLetter } from './dead-letter.ts'
import type { AssetLookup } from './enrich.ts'
import { IgnoredFields } from './ignored-fields.ts'
import { isObject } from './normalise.ts'
import type { Reading } from './reading.ts'
import type { RecordPipeline } from './record-pipeline.ts'
import { type Outcome, Refusal, shown } from './refusal.ts'
import { Rejections } from './rejections.ts'

export interface ReadingBatchOptions {
  readonly record: RecordId
  readonly pipeline: RecordPipeline
  readonly assets: AssetLookup
  readonly sender: Sender
  readonly deadLetters: DeadLetterPolicy
  readonly maxListed: number
  readonly encode: (topic: string, value: unknown) => Buffer
  readonly send: (messages: readonly Outgoing[], signal?: AbortSignal) => Promise<void>
  /** Says that assets are to be expected since their reading of then, epoch ms; resolves once it is known to all. */
  readonly expectSince: (times: ReadonlyMap<string, number>, signal?: AbortSignal) => Promise<void>
  readonly clock: Clock
  /** Told once Kafka has acknowledged. */
  readonly count: (outcome: ReadingOutcome) => void
}

export interface ReadingOutcome {
  readonly record: RecordId
  readonly accepted: number
  readonly rejections: Rejections
  readonly ignoredFields: number
  /** Of the accepted ones, those that ingest doubts. */
  readonly doubted: number
}

/** What a message holds in memory besides its value, bytes: measured as about 300. */
const messageOverhead = 300

/** Readings of one record type on their way: normalise, validate, enrich, encode. */
export class ReadingBatch implements IntakeBatch {
  private readonly options: ReadingBatchOptions
  private readonly topic: string
  private readonly messages: Outgoing[] = []
  private readonly rejections: Rejections
  private readonly ignored = new IgnoredFields()
  /** By asset: event time of its earliest reading that is older than what is expected of it. */
  private readonly earlier = new Map<string, number>()
  private items = 0
  private doubted = 0

  constructor(options: ReadingBatchOptions) {
    this.options = options
    this.topic = telemetryTopic(options.record)
    this.rejections = new Rejections(options.maxListed)
  }

  add(items: readonly unknown[]): number {
    const { pipeline, assets, sender, clock } = this.options
    const { scope } = sender
    const nowMs = clock.now()
    let bytes = 0
    for (const item of items) {
      const foreign = scope === null ? null : beyondScope(item, scope, assets)
      const message = foreign ?? this.messageOf(item, nowMs)
      bytes += message instanceof Refusal ? this.refuse(item, message, nowMs) : this.push(message)
      if (!(message instanceof Refusal) && isObject(item)) {
        for (const name of pipeline.unknownFields(item)) this.ignored.add(name)
      }
      this.items++
    }
    return bytes
  }

  /** An error at one item is that item's, and no other's. */
  private messageOf(item: unknown, nowMs: number): Outcome<Outgoing> {
    const { topic } = this
    try {
      const reading = this.options.pipeline.run(item, this.options.sender.source, nowMs)
      if (reading instanceof Refusal) return reading
      const value = this.encode(topic, reading)
      if (typeof reading.suspect_reason === 'string') this.doubted++
      this.noteEarlier(reading)
      return { topic, key: reading.asset_id, value }
    } catch (error) {
      return new Refusal('not_encodable', messageOf(error))
    }
  }

  private noteEarlier({ asset_id: id, event_time: time }: Reading): void {
    const asset = this.options.assets.get(id)
    if (!asset || asset.record !== this.options.record || !isBeforeExpected(asset, time)) return
    this.earlier.set(id, Math.min(time, this.earlier.get(id) ?? time))
  }

  async send(signal?: AbortSignal): Promise<Receipt> {
    const { record, send, expectSince, count } = this.options
    const { messages, rejections, ignored, doubted, earlier } = this
    // Before the readings: whoever closes their windows expects them.
    if (earlier.size > 0) await expectSince(earlier, signal)
    await send(messages, signal)
    const receipt = rejections.receipt(this.items)
    count({ record, accepted: receipt.accepted, rejections, ignoredFields: ignored.count, doubted })
    return { ...receipt, ...ignored.receipt() }
  }

  private refuse(item: unknown, refusal: Refusal, nowMs: number): number {
    const { record, sender, deadLetters } = this.options
    this.rejections.add(this.items, refusal)
    if (deadLetters === 'none') return 0
    const { source } = sender
    const topic = topicNames.rejected
    try {
      const letter = deadLetter(record, item, refusal, source, nowMs)
      return this.push({ topic, key: letter.asset_id, value: this.encode(topic, letter) })
    } catch {
      const letter = bareDeadLetter(record, refusal, source, nowMs)
      return this.push({ topic, key: null, value: this.encode(topic, letter) })
    }
  }

  private push(message: Outgoing): number {
    this.messages.push(message)
    return message.value.length + messageOverhead
  }

  private encode(topic: string, value: unknown): Buffer {
    return this.options.encode(topic, value)
  }
}

/**
 * Why the sender may not send this, or null. It is asked before anything else, so that nobody learns what is registered
 * elsewhere from another refusal.
 */
function beyondScope(item: unknown, scope: SenderScope, assets: AssetLookup): Refusal | null {
  if (!isObject(item)) return null
  const { asset_id, source } = item
  if (typeof source === 'string' && !scope.maySay(source)) {
    return new Refusal('forbidden_source', `source: ${shown(source)} is the name of another key`)
  }
  const asset = typeof asset_id === 'string' ? assets.get(asset_id) : undefined
  if (!asset || scope.counties.has(countyInForce(asset.county) ?? '')) return null
  return new Refusal('forbidden_asset', `asset_id: ${shown(asset_id)} is not in a county of this key`)
}

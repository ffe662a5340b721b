import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../platform/clock.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import type { AssetRegistration } from '../assets/asset-registration.ts'
import type { DeadLetterPolicy, Intake, Receipt, Rejection } from '../intake.ts'
import type { Outgoing } from '../sink/send-queue.ts'
import { deadLetter } from './dead-letter.ts'
import type { AssetLookup } from './enrich.ts'
import { isObject } from './normalise.ts'
import { type RecordPipeline, recordPipeline } from './record-pipeline.ts'
import { Refusal } from './refusal.ts'
import type { TimeBounds } from './validate.ts'

export interface KafkaIntakeOptions {
  readonly assets: AssetLookup
  readonly registration: AssetRegistration
  readonly encode: (topic: string, value: unknown) => Buffer
  readonly send: (messages: readonly Outgoing[]) => Promise<void>
  readonly clock: Clock
  readonly bounds: TimeBounds
  readonly metrics: Metrics
}

/** Items between two breaths of the event loop: about 10 ms of work. */
const sliceItems = 2_000
/** Names of unknown fields that a receipt lists. */
const maxIgnoredFields = 20

/** Every source's items -> pipeline of their record -> Kafka: `telemetry.<record>`, or `telemetry.rejected`. */
export class KafkaIntake implements Intake {
  private readonly options: KafkaIntakeOptions
  private readonly pipelines: ReadonlyMap<RecordId, RecordPipeline>
  private readonly outcomes
  private readonly ignored
  private readonly registered

  constructor(options: KafkaIntakeOptions) {
    this.options = options
    const { assets, bounds, metrics } = options
    this.pipelines = new Map(recordIds.map(id => [id, recordPipeline(records[id], assets, bounds)]))
    this.outcomes = metrics.counter('readings', 'readings by record and outcome: accepted, or why not', [
      'record',
      'outcome',
    ])
    this.ignored = metrics.counter(
      'ignored_fields',
      'fields of accepted readings that their record does not have',
      ['record'],
    )
    this.registered = metrics.counter('assets', 'assets by outcome: accepted, or why not', ['outcome'])
  }

  async readings(
    record: RecordId,
    items: readonly unknown[],
    source?: string,
    deadLetters: DeadLetterPolicy = 'keep',
  ): Promise<Receipt> {
    const batch = new Batch(record, deadLetters)
    for (let from = 0; from < items.length; from += sliceItems) {
      if (from > 0) await setImmediate()
      this.runSlice(batch, items, from, source ?? null)
    }
    await this.options.send(batch.messages)
    return this.receipt(batch, items.length)
  }

  async assets(items: readonly unknown[]): Promise<Receipt> {
    const receipt = await this.options.registration.register(items)
    this.registered.inc({ outcome: 'accepted' }, receipt.accepted)
    for (const { code } of receipt.rejected) this.registered.inc({ outcome: code })
    return receipt
  }

  private runSlice(batch: Batch, items: readonly unknown[], from: number, source: string | null): void {
    const { clock, encode } = this.options
    const pipeline = this.pipelines.get(batch.record)
    if (!pipeline) throw new Error(`no pipeline for ${batch.record}`)
    const topic = telemetryTopic(batch.record)
    const nowMs = clock.now()
    const end = Math.min(from + sliceItems, items.length)
    for (let index = from; index < end; index++) {
      const item = items[index]
      const reading = pipeline.run(item, source, nowMs)
      if (reading instanceof Refusal) {
        batch.rejected.push({ index, code: reading.code, message: reading.message })
        if (batch.deadLetters === 'none') continue
        const letter = deadLetter(batch.record, item, reading, source, nowMs)
        const value = encode(topicNames.rejected, letter)
        batch.messages.push({ topic: topicNames.rejected, key: letter.asset_id, value })
      } else {
        batch.messages.push({ topic, key: reading.asset_id, value: encode(topic, reading) })
        if (isObject(item)) for (const name of pipeline.unknownFields(item)) batch.ignore(name)
      }
    }
  }

  private receipt(batch: Batch, items: number): Receipt {
    const { record, rejected, ignored, ignoredFields } = batch
    const accepted = items - rejected.length
    if (accepted > 0) this.outcomes.inc({ record, outcome: 'accepted' }, accepted)
    for (const { code } of rejected) this.outcomes.inc({ record, outcome: code })
    if (ignored.size === 0) return { accepted, rejected }
    this.ignored.inc({ record }, ignoredFields)
    return { accepted, rejected, ignored_fields: [...ignored].sort() }
  }
}

/** What becomes of the items of one call. */
class Batch {
  readonly record: RecordId
  readonly deadLetters: DeadLetterPolicy
  readonly messages: Outgoing[] = []
  readonly rejected: Rejection[] = []
  readonly ignored = new Set<string>()
  ignoredFields = 0

  constructor(record: RecordId, deadLetters: DeadLetterPolicy) {
    this.record = record
    this.deadLetters = deadLetters
  }

  ignore(name: string): void {
    this.ignoredFields++
    if (this.ignored.size < maxIgnoredFields) this.ignored.add(name)
  }
}

import type { Clock } from '../../platform/clock.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import type { AssetRegistration } from '../assets/asset-registration.ts'
import {
  type BatchIntake,
  type DeadLetterPolicy,
  type Intake,
  type IntakeBatch,
  insider,
  type Receipt,
  type Sender,
} from '../intake.ts'
import type { Outgoing } from '../sink/send-queue.ts'
import type { AssetLookup } from './enrich.ts'
import type { LoopTurns } from './loop-turns.ts'
import { ReadingBatch, type ReadingBatchOptions, type ReadingOutcome } from './reading-batch.ts'
import { type RecordPipeline, recordPipeline } from './record-pipeline.ts'
import type { TimeBounds } from './validate.ts'

export interface KafkaIntakeOptions {
  readonly assets: AssetLookup
  readonly registration: AssetRegistration
  readonly encode: (topic: string, value: unknown) => Buffer
  readonly send: (messages: readonly Outgoing[], signal?: AbortSignal) => Promise<void>
  readonly turns: LoopTurns
  readonly clock: Clock
  readonly bounds: TimeBounds
  readonly metrics: Metrics
}

/** Items of one turn of the event loop: some milliseconds of work. */
const sliceItems = 1_000

/** Every source's items -> pipeline of their record -> Kafka: `telemetry.<record>`, or `telemetry.rejected`. */
export class KafkaIntake implements Intake, BatchIntake {
  private readonly options: KafkaIntakeOptions
  private readonly pipelines: ReadonlyMap<RecordId, RecordPipeline>
  private readonly outcomes
  private readonly ignored
  private readonly doubted
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
    this.doubted = metrics.counter('doubted_readings', 'accepted readings that ingest marked as suspect', [
      'record',
    ])
    this.registered = metrics.counter('assets', 'assets by outcome: accepted, or why not', ['outcome'])
  }

  readings(
    record: RecordId,
    items: readonly unknown[],
    source?: string,
    deadLetters: DeadLetterPolicy = 'keep',
  ): Promise<Receipt> {
    const sender = insider(source ?? null)
    return this.take(items, this.readingBatch(record, sender, deadLetters, Number.POSITIVE_INFINITY))
  }

  assets(items: readonly unknown[]): Promise<Receipt> {
    return this.take(items, this.assetBatch(insider(null), Number.POSITIVE_INFINITY))
  }

  readingBatch(
    record: RecordId,
    sender: Sender,
    deadLetters: DeadLetterPolicy,
    maxListed: number,
  ): IntakeBatch {
    const pipeline = this.pipelines.get(record)
    if (!pipeline) throw new Error(`no pipeline for ${record}`)
    const { assets, registration, encode, send, clock } = this.options
    const count = this.countReadings
    const expectSince: ReadingBatchOptions['expectSince'] = (times, signal) =>
      registration.expectSince(times, signal)
    return new ReadingBatch({
      ...{ record, pipeline, assets, sender, deadLetters, maxListed },
      ...{ encode, send, expectSince, clock, count },
    })
  }

  assetBatch(sender: Sender, maxListed: number): IntakeBatch {
    const batch = this.options.registration.batch(sender, maxListed)
    return {
      add: items => batch.add(items),
      send: async signal => {
        const receipt = await batch.send(signal)
        this.registered.inc({ outcome: 'accepted' }, receipt.accepted)
        for (const [outcome, count] of batch.rejections.byCode) this.registered.inc({ outcome }, count)
        return receipt
      },
    }
  }

  private async take(items: readonly unknown[], batch: IntakeBatch): Promise<Receipt> {
    for (let from = 0; from < items.length; from += sliceItems) {
      await this.options.turns.next()
      batch.add(items.slice(from, from + sliceItems))
    }
    return batch.send()
  }

  private readonly countReadings = ({
    record,
    accepted,
    rejections,
    ignoredFields,
    doubted,
  }: ReadingOutcome): void => {
    if (accepted > 0) this.outcomes.inc({ record, outcome: 'accepted' }, accepted)
    for (const [outcome, count] of rejections.byCode) this.outcomes.inc({ record, outcome }, count)
    if (doubted > 0) this.doubted.inc({ record }, doubted)
    if (ignoredFields > 0) this.ignored.inc({ record }, ignoredFields)
  }
}

import type { KafkaMessage } from 'kafkajs'
import type { AvroReader } from '../../platform/avro/avro-reader.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { RejectionCode } from '../../schemas/records/rejection.ts'
import type { Flush, Task } from '../task/task.ts'
import type { Outcome, PartitionAggregator, Reading } from '../windows/partition-aggregator.ts'
import type { AggregateMetrics } from './aggregate-metrics.ts'

export interface AggregateTaskOptions {
  readonly record: string
  readonly partition: number
  readonly aggregator: PartitionAggregator
  readonly reader: AvroReader<Reading>
  readonly idleAfterMs: number
  readonly clock: Clock
  readonly metrics: AggregateMetrics
  readonly log: Log
}

const undecodable: RejectionCode = 'undecodable'

/** Feeds one partition of readings to its aggregator. */
export class AggregateTask implements Task {
  private readonly options: AggregateTaskOptions

  constructor(options: AggregateTaskOptions) {
    this.options = options
  }

  get nextOffset(): number {
    return this.options.aggregator.nextOffset
  }

  get urgent(): boolean {
    return this.options.aggregator.urgent
  }

  async process(messages: readonly KafkaMessage[]): Promise<void> {
    const { reader, aggregator, metrics, record } = this.options
    await reader.prepare(messages)
    const tally = { counted: 0, duplicate: 0, late: 0, replayed: 0, unknown_county: 0 } satisfies Record<
      Outcome,
      number
    >
    const offsetAt = offsetsOf(messages)
    for (let i = 0; i < messages.length; i++) {
      const { key, value } = messages[i] as KafkaMessage
      const offset = offsetAt(i)
      const reading = this.decode(offset, key, value)
      if (reading === undefined || key === null) aggregator.skip(offset)
      else {
        const outcome = aggregator.add(offset, key, reading)
        if (outcome === 'counted') tally.counted++
        else tally[outcome]++
      }
    }
    for (const [outcome, count] of Object.entries(tally)) {
      if (count > 0) metrics.readings.inc({ record, outcome }, count)
    }
  }

  skip(offset: number): void {
    this.options.aggregator.skip(offset)
  }

  idle(): void {
    const { aggregator, clock, idleAfterMs } = this.options
    aggregator.idle(clock.now() - idleAfterMs)
  }

  flush(changed: boolean): Flush {
    const { aggregator, record, partition, metrics, clock } = this.options
    const closed = aggregator.takeClosed()
    const output = {
      partials: changed ? [...closed, ...aggregator.takeChanged()] : closed,
      late: aggregator.takeLate(),
    }
    for (const partial of closed) {
      if (partial.kind !== 'closed') continue
      const delayMs = clock.now() - partial.window_start - partial.window_ms
      metrics.closeDelay.observe({ record }, Math.max(0, delayMs / 1000))
    }
    if (Number.isFinite(aggregator.watermarkMs)) {
      metrics.watermarkDelay.set({ record, partition }, (clock.now() - aggregator.watermarkMs) / 1000)
    }
    metrics.openWindows.set({ record, partition }, aggregator.openWindows)
    metrics.stateBytes.set({ record, partition }, aggregator.stateBytes)
    return { output, checkpoint: aggregator.checkpoint() }
  }

  /** A message that is not a reading is counted here; the archive, which reads it too, keeps it as a dead letter. */
  private decode(offset: number, key: Buffer | null, value: Buffer | null): Reading | undefined {
    const { reader, metrics, record, partition, log } = this.options
    try {
      if (key !== null && value !== null) return reader.decode(value)
      metrics.readings.inc({ record, outcome: undecodable })
    } catch (error) {
      metrics.readings.inc({ record, outcome: undecodable })
      log.warn({ record, partition, offset, reason: messageOf(error) }, 'not a reading')
    }
    return undefined
  }
}

/** Offsets as numbers. A batch without gaps, which is nearly every one, needs no text parsed for each message. */
function offsetsOf(messages: readonly KafkaMessage[]): (index: number) => number {
  const first = Number(messages[0]?.offset)
  const dense = Number(messages.at(-1)?.offset) - first + 1 === messages.length
  return dense ? index => first + index : index => Number(messages[index]?.offset)
}

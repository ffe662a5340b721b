import type { KafkaMessage } from 'kafkajs'
import type { AvroReader } from '../../platform/avro/avro-reader.ts'
import type { Clock } from '../../platform/clock.ts'
import { isOfConfiguration, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import { isRecordId } from '../../schemas/records/record.ts'
import type { Flush, Task } from '../task/task.ts'
import type { Partial } from '../windows/partial.ts'
import type { PartitionRollup } from './partition-rollup.ts'
import type { RollupMetrics } from './rollup-metrics.ts'

export interface RollupTaskOptions {
  readonly rollup: PartitionRollup
  readonly reader: AvroReader<Partial>
  readonly clock: Clock
  readonly metrics: RollupMetrics
  readonly log: Log
}

/** Many windows become final at once when a backlog is drained; they are told in parts of about so many messages. */
const messagesAtOnce = 2_000

/** Feeds one partition of kpi.partial to its rollup. */
export class RollupTask implements Task {
  private readonly options: RollupTaskOptions

  constructor(options: RollupTaskOptions) {
    this.options = options
  }

  get nextOffset(): number {
    return this.options.rollup.nextOffset
  }

  get urgent(): boolean {
    return this.options.rollup.urgent
  }

  async process(messages: readonly KafkaMessage[]): Promise<void> {
    const { rollup, reader, metrics, clock, log } = this.options
    await reader.prepare(messages)
    for (const { offset, value } of messages) {
      const position = Number(offset)
      try {
        if (value === null) throw new Error('no value')
        const partial = reader.decode(value)
        if (!isRecordId(partial.record)) throw new Error(`unknown record ${partial.record}`)
        rollup.accept(position, partial.record, partial, clock.now())
        metrics.partials.inc({ record: partial.record, kind: partial.kind })
      } catch (error) {
        if (isOfConfiguration(error)) throw error
        rollup.skip(position)
        metrics.partials.inc({ record: 'unknown', kind: 'undecodable' })
        log.error({ offset, reason: messageOf(error) }, 'not a partial')
      }
    }
  }

  skip(offset: number): void {
    this.options.rollup.skip(offset)
  }

  /** Windows are closed by the markers of the input partitions; there is nothing to do without them. */
  idle(): void {
    this.options.metrics.openWindows.set(this.options.rollup.openWindows)
  }

  flush(changed: boolean): Flush {
    const { rollup, clock, metrics } = this.options
    const now = clock.now()
    const final = rollup.takeFinal(messagesAtOnce)
    const regional = changed ? [...final, ...rollup.takeProvisional(now, messagesAtOnce)] : final
    for (const { status } of regional) metrics.messages.inc({ status })
    for (const message of final) {
      if (message.level !== 'province') continue
      metrics.finalDelay.observe({ record: message.record }, Math.max(0, (now - message.window_end) / 1000))
    }
    metrics.openWindows.set(rollup.openWindows)
    return { output: { regional, late: rollup.takeLate() }, checkpoint: rollup.checkpoint() }
  }
}

import { AvroReader } from '../../platform/avro/avro-reader.ts'
import { partitionOf } from '../../platform/kafka/partitioner.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { telemetryTopic } from '../../schemas/topics.ts'
import type { ProcessorContext } from '../context.ts'
import { Publisher } from '../publish/publisher.ts'
import type { Restored } from '../task/restore.ts'
import { TaskRunner } from '../task/task-runner.ts'
import { compileMeasures } from '../windows/measure-program.ts'
import { PartitionAggregator, type Reading } from '../windows/partition-aggregator.ts'
import { windowsAt } from '../windows/window-spec.ts'
import { aggregateMetrics } from './aggregate-metrics.ts'
import { AggregateTask } from './aggregate-task.ts'

export interface AggregateOptions {
  /** Record types to aggregate; all by default. */
  readonly records?: readonly RecordId[]
  readonly groupId?: string
}

/**
 * Until then after partitions were added, ms of wall time, some producers may divide assets up as before: what Kafka's
 * own clients take for it by default.
 */
const producersLearnWithinMs = 300_000

/** telemetry.<record> -> kpi.partial and kpi.late: one task per input partition. */
export function aggregate(context: ProcessorContext, options: AggregateOptions = {}): readonly Resource[] {
  const { records: only = recordIds, groupId = 'citybrain-aggregate' } = options
  const { config, kafka, registry, logs, windows, clock, clockSpeed, log, metrics, fail } = context
  const publisher = new Publisher(kafka, registry)
  const measured = aggregateMetrics(metrics)
  const idleAfterMs = config.idleTimeoutMs * clockSpeed
  const inputs = new Map(only.map(record => [telemetryTopic(record), inputOf(record, context)]))

  const create = ({
    topic,
    partition,
    partitions,
    partitionsBefore,
    checkpoint,
    start,
    log: openLog,
    isNewLog,
  }: Restored): AggregateTask => {
    const input = inputs.get(topic)
    if (!input) throw new Error(`not a topic of readings: ${topic}`)
    const { record, program, reader, suspectField } = input
    const added =
      partitionsBefore === undefined
        ? undefined
        : { before: partitionsBefore, doubtfulBefore: clock.now() + producersLearnWithinMs * clockSpeed }
    if (added)
      log.warn(
        { topic, partition, partitions, ...added },
        'partitions were added: windows are computed again',
      )
    const aggregator = new PartitionAggregator({
      record,
      partition,
      partitions,
      added,
      belongs: key => partitionOf(key, partitions) === partition,
      spec: windows[record],
      outOfOrdernessMs: config.outOfOrdernessMs,
      // Windows become final after two such words where a partition is empty, so they come soon.
      neverReadEveryMs: idleAfterMs / 2,
      program,
      suspectField,
      start,
      base: openLog.base,
      checkpoint,
      isNewLog,
    })
    return new AggregateTask({
      record,
      partition,
      aggregator,
      reader,
      idleAfterMs,
      clock,
      metrics: measured,
      log,
    })
  }

  const runner = new TaskRunner({
    kafka,
    groupId,
    topics: [...inputs.keys()],
    create,
    publisher,
    logs,
    closedUntil: (topic, time) =>
      windowsAt(
        time,
        windows,
        only.filter(id => telemetryTopic(id) === topic),
      ),
    emitEveryMs: config.emitEveryMs,
    idleAfterMs,
    clock,
    log,
    metrics,
    fail,
  })
  context.watch(runner)
  return [publisher, runner]
}

function inputOf(record: RecordId, { registry }: ProcessorContext) {
  const { suspectField, identity } = records[record]
  const program = compileMeasures(measureSets[record], identity)
  // Only what the measures need is decoded; the rest of each datum is skipped over.
  const fields = ['event_time', 'county', ...program.fields, ...(suspectField ? [suspectField] : [])]
  return {
    record,
    program,
    suspectField,
    reader: new AvroReader<Reading>(registry, telemetryTopic(record), fields),
  }
}

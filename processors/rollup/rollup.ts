import { AvroReader } from '../../platform/avro/avro-reader.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { ProcessorContext } from '../context.ts'
import { Publisher } from '../publish/publisher.ts'
import { expectedAssets } from '../regional/expected-assets.ts'
import { TaskRunner } from '../task/task-runner.ts'
import type { Partial } from '../windows/partial.ts'
import { windowsAt } from '../windows/window-spec.ts'
import { PartitionRollup } from './partition-rollup.ts'
import { rollupMetrics } from './rollup-metrics.ts'
import { RollupTask } from './rollup-task.ts'

/** Its commits say which windows are final. */
export const rollupGroup = 'citybrain-rollup'

/** kpi.partial -> kpi.regional and kpi.late: one task per partition of kpi.partial. */
export function rollup(context: ProcessorContext): readonly Resource[] {
  const { config, kafka, registry, logs, windows, clock, clockSpeed, log, metrics, fail } = context
  const publisher = new Publisher(kafka, registry)
  const measured = rollupMetrics(metrics)
  const { assets, expected } = expectedAssets(context, 'rollup')
  const reader = new AvroReader<Partial>(registry, topicNames.partial)
  const runner = new TaskRunner({
    kafka,
    groupId: rollupGroup,
    topics: [topicNames.partial],
    create: ({ partition, partitions, start, checkpoint }) =>
      new RollupTask({
        rollup: new PartitionRollup({
          partition,
          partitions,
          start,
          checkpoint,
          expected,
        }),
        reader,
        clock,
        metrics: measured,
        log,
      }),
    publisher,
    logs,
    closedUntil: (_, time) => windowsAt(time, windows),
    emitEveryMs: config.emitEveryMs,
    idleAfterMs: config.idleTimeoutMs * clockSpeed,
    clock,
    log,
    metrics,
    fail,
  })
  context.watch(runner)
  return [publisher, assets, runner]
}

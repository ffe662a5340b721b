import { AvroReader } from '../../platform/avro/avro-reader.ts'
import { MigratedDatabase } from '../../platform/clickhouse/migrated-database.ts'
import { wallClock } from '../../platform/clock.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { ProcessorContext } from '../context.ts'
import { Publisher } from '../publish/publisher.ts'
import { expectedAssets } from '../regional/expected-assets.ts'
import type { LateNotice } from '../windows/partial.ts'
import { correctMetrics } from './correct-metrics.ts'
import { CorrectRunner } from './correct-runner.ts'
import { Corrector } from './corrector.ts'

/** What the registry expects of windows so far back is looked at when a process begins; of older ones when it changes. */
const lookBackMs = 48 * 3_600_000

/** kpi.late -> kpi.regional: windows that readings came late for, computed again from ClickHouse. */
export function correct(context: ProcessorContext): readonly Resource[] {
  const { config, kafka, logs, registry, clickhouse, database, clock, log, metrics, fail } = context
  const stopping = new AbortController()
  const admin = new LastingAdmin(kafka)
  const publisher = new Publisher(kafka, registry)
  const { assets, expected } = expectedAssets(context, 'correct', (record, from) =>
    runner.registryChanged(record, from),
  )
  const corrector = new Corrector({
    store: { clickhouse, database },
    admin,
    logs,
    expected,
    now: () => clock.now(),
    signal: stopping.signal,
  })
  const runner: CorrectRunner = new CorrectRunner({
    kafka,
    admin,
    logs,
    reader: new AvroReader<LateNotice>(registry, topicNames.late),
    publisher,
    corrector,
    since: () => clock.now() - lookBackMs,
    limits: { settleMs: config.correctSettleMs, longestWaitMs: config.correctLongestWaitMs },
    stopping,
    clock: wallClock,
    log,
    metrics: correctMetrics(metrics),
    fail,
  })
  context.watch(runner)
  return [
    new MigratedDatabase({ clickhouse, database, log }),
    publisher,
    assets,
    { name: 'admin', start: () => admin.connect(), stop: () => admin.disconnect() },
    runner,
  ]
}

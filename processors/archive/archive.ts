import { schemaFields } from '../../platform/avro/avro-schemas.ts'
import { migrate } from '../../platform/clickhouse/migrate.ts'
import { MigratedDatabase } from '../../platform/clickhouse/migrated-database.ts'
import { retryWhileAway } from '../../platform/clickhouse/retry-while-away.ts'
import { wallClock } from '../../platform/clock.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import { type Resource, together } from '../../platform/lifecycle.ts'
import { logColumns, readingTable } from '../../schemas/clickhouse/reading-tables.ts'
import { receivedTable } from '../../schemas/clickhouse/received-tables.ts'
import { recordIds } from '../../schemas/records/record.ts'
import { recordOf, telemetryTopic, topicNames, topicOf } from '../../schemas/topics.ts'
import type { ProcessorContext } from '../context.ts'
import { Publisher } from '../publish/publisher.ts'
import type { CommittedRange } from '../task/committed-positions.ts'
import { noticeOfEveryWindow } from '../windows/partial.ts'
import { ArchiveMarks } from './archive-marks.ts'
import { archiveMetrics } from './archive-metrics.ts'
import { DeadLetters } from './dead-letters.ts'
import { openLogs } from './logs/open-logs.ts'
import { AvroSink } from './sinks/avro-sink.ts'
import { RegionalSink } from './sinks/regional-sink.ts'
import { TableWriter } from './sinks/table-writer.ts'
import { archiveGroup, TopicArchiver } from './topic-archiver.ts'

/** Topics whose values are stored as they are, and where. */
const tables: ReadonlyMap<string, string> = new Map([
  ...recordIds.map((id): [string, string] => [telemetryTopic(id), readingTable(id).name]),
  [topicNames.assets, 'assets_store'],
  [topicNames.rejected, 'rejected_store'],
  [topicNames.redriven, 'redriven_store'],
  [topicNames.late, 'late_windows_store'],
  [topicNames.epochs, 'log_epochs_store'],
  [topicNames.alerts, 'alerts_store'],
  [topicNames.silences, 'silences_store'],
  [topicNames.alertCommands, 'alert_commands_store'],
])

/** The table of a stored topic, and its consumer group. */
function storedAs(topic: string) {
  const table = topic === topicNames.regional ? 'kpi_revisions_windows_store' : tableOfReceived(topic)
  return table === undefined ? undefined : { table, group: archiveGroup(topic) }
}

/** Of readings, the table that has every message. */
function tableOfReceived(topic: string): string | undefined {
  const record = recordOf(topic)
  return record ? receivedTable(record).name : tables.get(topic)
}

/** Opens the logs that are new, which every process waits for. */
export function logOpener(context: ProcessorContext): readonly Resource[] {
  const { clickhouse, database, log } = context
  const stopping = new AbortController()
  const open = async (): Promise<void> => {
    await migrate(clickhouse, database, log)
    await openLogs({ ...context, wall: wallClock, storedAs })
  }
  return [
    {
      name: 'logs to be opened',
      start: () => retryWhileAway(open, { what: 'opening logs', log, signal: stopping.signal }),
      stop: async () => stopping.abort(new Error('stopping')),
    },
  ]
}

/** Fields that have no column: what a command says of a silence is stored with the silence. */
const left: ReadonlySet<string> = new Set(['silence'])

/** The columns that the archive fills of a topic's table. */
export function storedColumns(topic: string): readonly string[] {
  return [...schemaFields(topicOf(topic).schema).filter(name => !left.has(name)), ...logColumns]
}

/** Topics that are stored. */
export const archivedTopics: readonly string[] = [...tables.keys(), topicNames.regional]

/** Copies readings, dead letters, assets, late notices, alerts, what people did about them, silences and settled KPIs from Kafka into ClickHouse. */
export function archive(context: ProcessorContext): readonly Resource[] {
  const { kafka, registry, clickhouse, database, logs, clock, log, fail } = context
  const metrics = archiveMetrics(context.metrics)
  const writer = new TableWriter({ clickhouse, database, metrics, log })
  const admin = new LastingAdmin(kafka)
  const deadLetters = new DeadLetters({ kafka, registry, logs, clock })
  const marks = new ArchiveMarks({ clickhouse, database, clock: wallClock, log })
  const publisher = new Publisher(kafka, registry)
  const sinks = [
    ...[...tables].map(([topic, table]) => {
      return {
        topic,
        sink: new AvroSink({ topic, table, columns: storedColumns(topic), registry, writer, metrics, log }),
      }
    }),
    { topic: topicNames.regional, sink: new RegionalSink({ registry, writer, metrics, log }) },
  ]
  const archivers = sinks.map(
    ({ topic, sink }) =>
      new TopicArchiver({
        kafka,
        admin,
        topic,
        logs,
        sink,
        deadLetters,
        marks,
        onLoss: (partition, range) => nameLoss(context, publisher, topic, partition, range),
        metrics,
        log,
        fail,
      }),
  )
  for (const archiver of archivers) context.watch(archiver)
  return [
    new MigratedDatabase({ clickhouse, database, log }),
    { name: 'admin client', start: () => admin.connect(), stop: () => admin.disconnect() },
    deadLetters,
    publisher,
    marks,
    // Each one waits for its group to be rebalanced: one after the other they would take a minute.
    together('archivers', archivers),
  ]
}

/**
 * Windows whose revisions are older than `kpi.regional` are not stored again with their readings: once these are, they have to
 * be computed.
 */
async function nameLoss(
  { windows, logs }: ProcessorContext,
  publisher: Publisher,
  topic: string,
  partition: number,
  { low, high }: CommittedRange,
): Promise<void> {
  const record = recordOf(topic)
  if (!record) return
  const { base } = logs.of(topic)
  const span = { partition, from: base + low, through: base + high }
  await publisher.publish({ late: [noticeOfEveryWindow(record, windows[record].sizeMs, span)] })
}

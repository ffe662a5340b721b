import type { Kafka } from 'kafkajs'
import { schemaFields } from '../../../platform/avro/avro-schemas.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { clickhouseClient } from '../../../platform/clickhouse/clickhouse-client.ts'
import { wallClock } from '../../../platform/clock.ts'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { LastingAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { ArchiveMarks } from '../../../processors/archive/archive-marks.ts'
import { archiveMetrics } from '../../../processors/archive/archive-metrics.ts'
import { DeadLetters } from '../../../processors/archive/dead-letters.ts'
import type { BatchLimits } from '../../../processors/archive/pending-batch.ts'
import { AvroSink } from '../../../processors/archive/sinks/avro-sink.ts'
import type { Sink } from '../../../processors/archive/sinks/sink.ts'
import { TableWriter } from '../../../processors/archive/sinks/table-writer.ts'
import { TopicArchiver } from '../../../processors/archive/topic-archiver.ts'
import { logColumns } from '../../../schemas/clickhouse/reading-tables.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { firstLogs } from '../../first-log.ts'

export interface Addresses {
  readonly kafkaBrokers: string
  readonly clickhouseUrl: string
  readonly registryUrl: string
}

export interface RackArchive {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly metrics: Metrics
  readonly failures: unknown[]
  /** Partitions that were read again from their beginning. */
  readonly losses: readonly number[]
  start(): Promise<void>
  stop(): Promise<void>
}

export function testKafka(brokers: string): Kafka {
  const config = readConfig(kafkaSettings, { KAFKA_BROKERS: brokers })
  return kafkaClient(config, 'test', createLog('test', 'silent'))
}

/** The archive of one topic of rack readings, as processors/archive builds it. */
export function rackArchive(
  addresses: Addresses,
  topic: string,
  database: string,
  options: { readonly limits?: BatchLimits; readonly wrap?: (sink: Sink) => Sink } = {},
): RackArchive {
  const log = createLog('test', 'silent')
  const kafka = testKafka(addresses.kafkaBrokers)
  const admin = new LastingAdmin(kafka)
  const registry = new SchemaRegistry(addresses.registryUrl)
  const clickhouse = clickhouseClient({
    clickhouseUrl: addresses.clickhouseUrl,
    clickhouseUser: 'default',
    clickhousePassword,
    clickhouseDatabase: database,
  })
  const all = new Metrics('archive')
  const metrics = archiveMetrics(all)
  const writer = new TableWriter({ clickhouse, database, metrics, log })
  const deadLetters = new DeadLetters({ kafka, registry, logs: firstLogs, clock: wallClock })
  const columns = [...schemaFields('rack'), ...logColumns]
  const sink = new AvroSink({ topic, table: 'readings_rack_store', columns, registry, writer, metrics, log })
  const failures: unknown[] = []
  const losses: number[] = []
  const marks = new ArchiveMarks({ clickhouse, database, clock: wallClock, log })
  const archiver = new TopicArchiver({
    kafka,
    admin,
    topic,
    logs: firstLogs,
    sink: options.wrap?.(sink) ?? sink,
    deadLetters,
    marks,
    onLoss: async partition => void losses.push(partition),
    metrics,
    log,
    fail: error => failures.push(error),
    ...(options.limits ? { limits: options.limits } : {}),
  })
  return {
    kafka,
    registry,
    metrics: all,
    failures,
    losses,
    async start() {
      await deadLetters.start()
      await archiver.start()
    },
    async stop() {
      await archiver.stop()
      await marks.stop()
      await admin.disconnect()
      await deadLetters.stop()
      await clickhouse.close()
    },
  }
}

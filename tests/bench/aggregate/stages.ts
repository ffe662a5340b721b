import { randomUUID } from 'node:crypto'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { clickhouseClient } from '../../../platform/clickhouse/clickhouse-client.ts'
import { wallClock } from '../../../platform/clock.ts'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { aggregate } from '../../../processors/aggregate/aggregate.ts'
import { processorSettings } from '../../../processors/context.ts'
import { compileMeasures } from '../../../processors/windows/measure-program.ts'
import { PartitionAggregator, type Reading } from '../../../processors/windows/partition-aggregator.ts'
import { parseWindows } from '../../../processors/windows/window-spec.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { firstLogs } from '../../first-log.ts'
import { cpuSince } from './cpu-since.ts'
import { topic, windowMs } from './input.ts'

const config = readConfig(processorSettings, process.env)
const log = createLog('bench', 'warn')
const kafka = kafkaClient(config, 'bench', log)
const registry = new SchemaRegistry(config.schemaRegistryUrl)
const program = compileMeasures(measureSets.rack)
const fields = ['event_time', 'county', ...program.fields]

/** The whole stage: consume, decode, aggregate, deduplicate, publish partials and markers, commit. */
export async function stage(readings: number): Promise<object> {
  const metrics = new Metrics('aggregate')
  const failed = Promise.withResolvers<never>()
  const resources = aggregate(
    {
      config,
      kafka,
      logs: firstLogs,
      registry,
      clickhouse: clickhouseClient(config),
      database: config.clickhouseDatabase,
      windows: parseWindows('rack=60s/30s'),
      clock: wallClock,
      clockSpeed: 1,
      log,
      metrics,
      watch: () => undefined,
      fail: failed.reject,
    },
    { records: ['rack'], groupId: `bench-${randomUUID()}` },
  )
  const before = process.cpuUsage()
  for (const resource of resources) await resource.start()
  const outcomes = async () => {
    const lines = (await metrics.registry.getMetricsAsJSON()).find(
      m => m.name === 'citybrain_aggregate_readings_total',
    )
    return Object.fromEntries(
      (lines?.values ?? []).map(({ labels, value }) => [String(labels.outcome), value]),
    )
  }
  const total = async () => Object.values(await outcomes()).reduce((sum, value) => sum + value, 0)
  while ((await Promise.race([total(), failed.promise])) < readings) {
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  for (const resource of [...resources].reverse()) await resource.stop()
  return { cpuSeconds: cpuSince(before), readings: await total(), outcomes: await outcomes() }
}

/** Projection decode alone, over messages held in memory. */
export async function decode(readings: number): Promise<object> {
  const messages = await sample(readings)
  const reader = new AvroReader<Reading>(registry, topic, fields)
  await reader.prepare(messages)
  let sum = 0
  const before = process.cpuUsage()
  for (let round = 0; round < 4; round++)
    for (const { value } of messages) sum += reader.decode(value).event_time % 2
  return { cpuSeconds: cpuSince(before), readings: 4 * messages.length, sum }
}

/** The aggregator alone, over decoded readings. */
export async function aggregator(readings: number): Promise<object> {
  const messages = await sample(readings)
  const reader = new AvroReader<Reading>(registry, topic, fields)
  await reader.prepare(messages)
  const decoded = messages.map(({ key, value }) => ({ key, reading: reader.decode(value) }))
  const before = process.cpuUsage()
  let counted = 0
  for (let round = 0; round < 4; round++) {
    const core = new PartitionAggregator({
      record: 'rack',
      partition: 0,
      partitions: 1,
      spec: { sizeMs: windowMs, latenessMs: 30_000 },
      outOfOrdernessMs: 1_000,
      program,
      start: 0,
    })
    decoded.forEach(({ key, reading }, offset) => {
      if (core.add(offset, key, reading) === 'counted') counted++
    })
    core.takeClosed()
  }
  return { cpuSeconds: cpuSince(before), readings: 4 * decoded.length, counted }
}

/** The beginning of one partition. */
async function sample(readings: number): Promise<{ key: Buffer; value: Buffer }[]> {
  const messages: { key: Buffer; value: Buffer }[] = []
  const wanted = Math.min(500_000, readings / 8)
  const done = Promise.withResolvers<void>()
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxBytesPerPartition: 1 << 20 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      if (batch.partition !== 0) return
      // Copies, so that the fetched blocks can go.
      for (const { key, value } of batch.messages) {
        if (key && value) messages.push({ key: Buffer.from(key), value: Buffer.from(value) })
      }
      if (messages.length >= wanted) done.resolve()
    },
  })
  await done.promise
  await consumer.disconnect()
  return messages
}

import { randomUUID } from 'node:crypto'
import avsc from 'avsc'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { schemaText } from '../../../platform/avro/avro-schemas.ts'
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
import { topic, windowMs } from './workload.ts'

/**
 * One measurement in a process of its own: `stage.ts NAME READINGS`. Prints {"cpuSeconds", "readings", …} as JSON.
 */
const [name = '', count = '0'] = process.argv.slice(2)
const readings = Number(count)
const config = readConfig(processorSettings, process.env)
const log = createLog('bench', 'warn')
const kafka = kafkaClient(config, 'bench', log)
const registry = new SchemaRegistry(config.schemaRegistryUrl)
const program = compileMeasures(measureSets.rack)
const fields = ['event_time', 'county', ...program.fields]

const stages: Record<string, () => Promise<object>> = { baseline, decode, aggregator, stage }
const run = stages[name]
if (!run) throw new Error(`no such stage: ${name}; choose from ${Object.keys(stages).join(', ')}`)
process.stdout.write(`${JSON.stringify(await run())}\n`)
process.exit(0)

/** What people write first: eachBatch, full decode, a Map per county and window; no duplicates, coverage or revisions. */
async function baseline(): Promise<object> {
  const type = avsc.Type.forSchema(JSON.parse(schemaText('rack')))
  const sums = new Map<string, { readings: number; power: number; inUse: number; max: number }>()
  let seen = 0
  const done = Promise.withResolvers<void>()
  const consumer = kafka.consumer({
    groupId: `bench-${randomUUID()}`,
    minBytes: 65_536,
    maxWaitTimeInMs: 250,
    maxBytesPerPartition: 1 << 20,
    maxBytes: 32 << 20,
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const before = process.cpuUsage()
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) {
        if (!value) continue
        const reading = type.fromBuffer(value.subarray(5))
        const key = `${reading.county}|${Math.floor(reading.event_time / windowMs) * windowMs}`
        const sum = sums.get(key) ?? { readings: 0, power: 0, inUse: 0, max: Number.NEGATIVE_INFINITY }
        sum.readings++
        sum.power += reading.it_power_w
        if (reading.in_use) sum.inUse++
        if (reading.inlet_temp_c > sum.max) sum.max = reading.inlet_temp_c
        sums.set(key, sum)
      }
      seen += batch.messages.length
      if (seen >= readings) done.resolve()
    },
  })
  await done.promise
  return { cpuSeconds: cpuSince(before), readings: seen, cells: sums.size }
}

/** The whole stage: consume, decode, aggregate, deduplicate, publish partials and markers, commit. */
async function stage(): Promise<object> {
  const metrics = new Metrics('aggregate')
  const failed = Promise.withResolvers<never>()
  const resources = aggregate(
    {
      config,
      kafka,
      registry,
      clickhouse: clickhouseClient(config),
      database: config.clickhouseDatabase,
      windows: parseWindows('rack=60s/30s'),
      clock: wallClock,
      clockSpeed: 1,
      log,
      metrics,
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
async function decode(): Promise<object> {
  const messages = await sample()
  const reader = new AvroReader<Reading>(registry, topic, fields)
  await reader.prepare(messages)
  let sum = 0
  const before = process.cpuUsage()
  for (let round = 0; round < 4; round++)
    for (const { value } of messages) sum += reader.decode(value).event_time % 2
  return { cpuSeconds: cpuSince(before), readings: 4 * messages.length, sum }
}

/** The aggregator alone, over decoded readings. */
async function aggregator(): Promise<object> {
  const messages = await sample()
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
async function sample(): Promise<{ key: Buffer; value: Buffer }[]> {
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

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

import { randomUUID } from 'node:crypto'
import avsc from 'avsc'
import { Kafka, logLevel } from 'kafkajs'
import { schemaText } from '../../../platform/avro/avro-schemas.ts'
import { readConfig } from '../../../platform/config.ts'
import { processorSettings } from '../../../processors/context.ts'
import { cpuSince } from './cpu-since.ts'
import { topic, windowMs } from './input.ts'

/**
 * What people write first: eachBatch, full decode, a Map per county and window; no duplicates, coverage or revisions.
 * With kafkajs as it is published: a process that runs this must not load our own client, which changes it.
 */
export async function baseline(readings: number): Promise<object> {
  const { kafkaBrokers } = readConfig(processorSettings, process.env)
  const kafka = new Kafka({ clientId: 'bench', brokers: [...kafkaBrokers], logLevel: logLevel.WARN })
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

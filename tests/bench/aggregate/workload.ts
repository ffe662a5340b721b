import type { Kafka } from 'kafkajs'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { Partitioners } from '../../../platform/kafka/kafkajs.ts'
import { counties } from '../../../schemas/regions/regions.ts'
import { topic, windowMs } from './input.ts'

export interface Workload {
  readonly readings: number
  readonly assets: number
  readonly duplicateShare: number
}

const begin = Date.UTC(2026, 0, 1)

/** Rack readings, one a minute and asset, in event-time order but for a jitter of seconds. */
export async function preload(kafka: Kafka, registry: SchemaRegistry, workload: Workload): Promise<number> {
  const writer = await avroWriter<object>(registry, topic)
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  const random = lcg(42)
  let sent = 0
  let batch: { key: string; value: Buffer }[] = []
  const flush = async () => {
    await producer.send({ topic, messages: batch, acks: 1 })
    batch = []
  }
  while (sent < workload.readings) {
    const asset = sent % workload.assets
    const minute = Math.floor(sent / workload.assets)
    const eventTime = begin + minute * windowMs + Math.floor((asset / workload.assets) * windowMs)
    const message = {
      key: `rack-${String(asset).padStart(6, '0')}`,
      value: writer.encode({
        asset_id: `rack-${String(asset).padStart(6, '0')}`,
        county: counties[asset % counties.length]?.code,
        event_time: eventTime - Math.floor(random() * 2_000),
        received_at: eventTime + 500,
        source: 'bench',
        it_power_w: Math.round(random() * 60_000) / 10,
        inlet_temp_c: 18 + Math.round(random() * 120) / 10,
        humidity_pct: 45,
        in_use: random() < 0.66,
      }),
    }
    batch.push(message)
    sent++
    if (random() < workload.duplicateShare && sent < workload.readings) {
      batch.push(message)
      sent++
    }
    if (batch.length >= 5_000) await flush()
  }
  await flush()
  await producer.disconnect()
  return sent
}

/** Numerical Recipes' linear congruential generator: the same workload every time. */
function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4_294_967_296
  }
}

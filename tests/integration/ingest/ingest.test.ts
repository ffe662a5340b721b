import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Kafka } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { partitionOf } from '../../../platform/kafka/partitioner.ts'
import { createLog } from '../../../platform/log.ts'
import { topicOf } from '../../../schemas/topics.ts'
import { type IngestProcess, startIngest, until } from './ingest-process.ts'
import { type Stored, storedMessages } from './stored-messages.ts'

const log = createLog('test', 'silent')
let ingest: IngestProcess
let kafka: Kafka
let registry: SchemaRegistry

beforeAll(async () => {
  const brokers = inject('kafkaBrokers')
  ingest = await startIngest({ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: inject('registryUrl') })
  kafka = kafkaClient(readConfig(kafkaSettings, { KAFKA_BROKERS: brokers }), 'test', log)
  registry = new SchemaRegistry(inject('registryUrl'))
})
afterAll(() => ingest.stop())

const stored = (topic: string) => storedMessages(kafka, registry, topic)

const run = randomUUID().slice(0, 8)
const ids = Array.from({ length: 40 }, (_, i) => `rack-市-${run}-${i}`)
const asset = (asset_id: string) => ({
  asset_id,
  record: 'rack',
  kind: 'rack',
  county: '370102',
  period_s: 60,
})
const mine = (all: readonly Stored[]) => all.filter(({ key }) => key?.includes(run))

describe('the HTTP door with a real broker', () => {
  it('takes readings right after their assets, and what it said it took is in Kafka', async () => {
    const now = Date.now()
    const registered = await ingest.post('/v1/assets', ids.map(asset))
    expect([registered.status, await registered.json()]).toEqual([202, { accepted: 40, rejected: [] }])

    const lines = ids.map((asset_id, i) => JSON.stringify({ asset_id, event_time: now - i, it_power_w: i }))
    const body = gzipSync(
      [...lines, '{"broken', JSON.stringify({ asset_id: `nobody-${run}`, event_time: now })].join('\n'),
    )
    const response = await ingest.post('/v1/telemetry/rack', body, {
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    })
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      accepted: 40,
      rejected: [
        { index: 40, code: 'malformed_json' },
        { index: 41, code: 'empty_reading' },
      ],
    })

    const readings = mine(await stored('telemetry.rack'))
    expect(
      readings.map(({ key, value }) => [key, value.it_power_w, value.county, value.event_time]).sort(),
    ).toEqual(ids.map((id, i) => [id, i, '370102', now - i]).sort())
    const { partitions } = topicOf('telemetry.rack')
    for (const { key, partition } of readings) {
      expect(partition).toBe(partitionOf(Buffer.from(key!), partitions))
    }
    expect(new Set(readings.map(({ partition }) => partition)).size).toBe(partitions)

    const letters = await stored('telemetry.rejected')
    expect(letters.filter(({ value }) => value.payload === '{"broken')).toMatchObject([
      { value: { record: 'rack', code: 'malformed_json', asset_id: null } },
    ])
    expect(mine(letters)).toMatchObject([
      { key: `nobody-${run}`, value: { code: 'empty_reading', event_time: now } },
    ])
  })

  it('writes an asset only when it changed', async () => {
    const written = async () =>
      mine(await stored('registry.assets')).flatMap(({ key, value }) => (key === ids[0] ? [value.name] : []))
    const before = await written()
    await ingest.post('/v1/assets', ids.map(asset))
    await ingest.post('/v1/assets', [{ ...asset(ids[0]!), name: 'renamed' }])
    expect(await written()).toEqual([...before, 'renamed'])
  })

  it('carries many small posts at once', async () => {
    const now = Date.now()
    const posts = Array.from({ length: 300 }, (_, i) =>
      ingest.post('/v1/telemetry/rack', { asset_id: ids[1], event_time: now - 60_000 - i, it_power_w: 1 }),
    )
    const statuses = (await Promise.all(posts)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([202]))
    const times = mine(await stored('telemetry.rack')).filter(
      ({ value }) => Number(value.event_time) < now - 59_000,
    )
    expect(times).toHaveLength(300)
  })

  it('refuses a body that is too large, compressed or not', async () => {
    const large = await ingest.post('/v1/telemetry/rack', 'x'.repeat(8 * 1024 * 1024 + 1))
    const bomb = await ingest.post('/v1/telemetry/rack', gzipSync(Buffer.alloc(65 * 1024 * 1024, '\n')), {
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    })
    for (const response of [large, bomb]) {
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject({ code: 'body_too_large' })
    }
  })

  it('answers what is in flight before it stops', async () => {
    const other = await startIngest({
      KAFKA_BROKERS: inject('kafkaBrokers'),
      SCHEMA_REGISTRY_URL: inject('registryUrl'),
      PRODUCE_LINGER_MS: '1500',
    })
    const waiting = other.post('/v1/telemetry/rack', {
      asset_id: ids[2],
      event_time: Date.now(),
      in_use: true,
    })
    // The linger holds the reading in the producer's queue.
    await until('the reading is in the queue', 10_000, async () =>
      (await other.metric('citybrain_ingest_queued_messages')) === 1 ? true : undefined,
    )
    const began = performance.now()
    const stopped = other.stop()
    const response = await waiting
    expect([response.status, await response.json()]).toEqual([202, { accepted: 1, rejected: [] }])
    expect(await stopped).toBe(0)
    // Not held up by the connection that fetch keeps alive.
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})

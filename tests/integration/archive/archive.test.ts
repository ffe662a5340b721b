import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { readToEnd } from '../../../ingest/redrive/read-to-end.ts'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { CompressionTypes, Partitioners } from '../../../platform/kafka/kafkajs.ts'
import { largestBatchBytes } from '../../../platform/kafka/undecodable-batch.ts'
import { createLog } from '../../../platform/log.ts'
import { archiveGroup } from '../../../processors/archive/topic-archiver.ts'
import type { DeadLetter } from '../../../schemas/records/dead-letter.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { startClickHouse } from '../clickhouse/start-clickhouse.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { stranger } from '../kafka/stranger.ts'
import { type Addresses, rackArchive, testKafka } from './rack-archive.ts'

const noon = Date.UTC(2026, 2, 5, 4)
const patience = { timeout: 90_000, interval: 200 }
const addresses: Addresses = {
  kafkaBrokers: inject('kafkaBrokers'),
  clickhouseUrl: inject('clickhouseUrl'),
  registryUrl: inject('registryUrl'),
}
const kafka = testKafka(addresses.kafkaBrokers)
let db: TestDatabase
let producer: Producer
let writer: AvroWriter<object>

beforeAll(async () => {
  await ensureTopics(kafka)
  db = await testDatabase()
  producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  writer = await avroWriter(new SchemaRegistry(addresses.registryUrl), 'telemetry.rack')
})
afterAll(async () => {
  await producer.disconnect()
  await db.drop()
})

/** A topic of this test's own, so that no other archive's group is in the way. */
async function newTopic(partitions = 1): Promise<string> {
  const topic = `test.archive.${randomUUID()}`
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] })
  await admin.disconnect()
  return topic
}

function reading(asset: string, second: number, power: number | null): Buffer {
  return writer.encode({
    asset_id: asset,
    county: '370102',
    event_time: noon + second * 1000,
    received_at: noon + second * 1000 + 5,
    source: null,
    it_power_w: power,
    inlet_temp_c: 21.5,
    humidity_pct: null,
    in_use: second % 2 === 0,
  })
}

async function send(topic: string, values: readonly { key: string; value: Buffer | null }[]): Promise<void> {
  for (let at = 0; at < values.length; at += 5_000) {
    await producer.send({ topic, acks: -1, messages: values.slice(at, at + 5_000) })
  }
}

function readings(asset: string, count: number): { key: string; value: Buffer }[] {
  return Array.from({ length: count }, (_, i) => ({ key: asset, value: reading(asset, i, i) }))
}

async function committed(topic: string): Promise<number> {
  const admin = kafka.admin()
  await admin.connect()
  const [offsets] = await admin.fetchOffsets({ groupId: archiveGroup(topic), topics: [topic] })
  await admin.disconnect()
  return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
}

async function count(asset: string, database = db): Promise<number | undefined> {
  const [row] = await database.rows<{ n: number }>(
    `SELECT toUInt32(count()) AS n FROM db.readings_rack WHERE asset_id = '${asset}'`,
  )
  return row?.n
}

describe('archive', () => {
  it('stores every field as it was sent, with its place in the log', async () => {
    const topic = await newTopic()
    await send(topic, [
      { key: 'exact', value: reading('exact', 0, 1234.5678901234567) },
      { key: 'exact', value: reading('exact', 1, null) },
      { key: 'exact', value: null },
    ])
    const archive = rackArchive(addresses, topic, db.database)
    await archive.start()
    await vi.waitUntil(async () => (await committed(topic)) === 3, patience)
    await archive.stop()
    expect(
      await db.rows("SELECT * FROM db.readings_rack WHERE asset_id = 'exact' ORDER BY event_time"),
    ).toEqual([
      {
        asset_id: 'exact',
        county: '370102',
        event_time: '2026-03-05 04:00:00.000',
        received_at: '2026-03-05 04:00:00.005',
        source: null,
        it_power_w: 1234.5678901234567,
        inlet_temp_c: 21.5,
        humidity_pct: null,
        in_use: true,
        kafka_partition: 0,
        kafka_offset: 0,
      },
      expect.objectContaining({ it_power_w: null, in_use: false, kafka_offset: 1 }),
    ])
    expect(archive.failures).toEqual([])
  })

  it('commits only what ClickHouse has, in batches, over all partitions', async () => {
    const topic = await newTopic(3)
    const assets = Array.from({ length: 10 }, (_, i) => `batch-${i}`)
    await send(
      topic,
      assets.flatMap(asset => readings(asset, 1_000)),
    )
    const archive = rackArchive(addresses, topic, db.database, {
      limits: { rows: 1_500, bytes: 8 << 20, ageMs: 500 },
    })
    await archive.start()
    await vi.waitUntil(async () => (await committed(topic)) === 10_000, patience)
    for (const asset of assets) expect(await count(asset)).toBe(1_000)
    await archive.stop()
    const metrics = await archive.metrics.registry.metrics()
    expect(metrics).toContain('citybrain_archive_insert_rows_total{table="readings_rack_store"} 10000')
    expect(metrics).toContain(`citybrain_archive_lag_messages{topic="${topic}"} 0`)
  })

  it('killed between insert and commit loses nothing and counts nothing twice', async () => {
    const topic = await newTopic()
    await send(topic, readings('killed', 3_000))
    const script = join(import.meta.dirname, 'hanging-archive.ts')
    const child = spawn(
      process.execPath,
      [script, addresses.kafkaBrokers, addresses.clickhouseUrl, addresses.registryUrl, topic, db.database],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await committed(topic)).toBe(0)
    expect(await count('killed')).toBeGreaterThan(0)

    await send(topic, [{ key: 'killed', value: reading('killed', 3_000, 1) }])
    const archive = rackArchive(addresses, topic, db.database)
    await archive.start()
    await vi.waitUntil(async () => (await committed(topic)) === 3_001, patience)
    await archive.stop()
    expect(await count('killed')).toBe(3_001)
  })

  it('sends what ClickHouse refuses to the dead letters and stores the rest', async () => {
    const topic = await newTopic()
    const good = readings('poisoned', 500)
    const truncated = reading('poisoned', 900, 1).subarray(0, 30)
    const unknownSchema = Buffer.from(reading('poisoned', 901, 1))
    unknownSchema.writeInt32BE(999_999, 1)
    await send(topic, [
      ...good.slice(0, 200),
      { key: 'poisoned', value: truncated },
      ...good.slice(200, 400),
      { key: 'poisoned', value: Buffer.from('not avro at all') },
      { key: 'poisoned', value: unknownSchema },
      ...good.slice(400),
    ])
    const archive = rackArchive(addresses, topic, db.database)
    await archive.start()
    await vi.waitUntil(async () => (await committed(topic)) === 503, patience)
    await archive.stop()
    expect(await count('poisoned')).toBe(500)
    const metrics = await archive.metrics.registry.metrics()
    expect(metrics).toContain(`citybrain_archive_refused_messages_total{topic="${topic}"} 3`)
    expect(archive.failures).toEqual([])
  })

  it('keeps a batch that nobody can read, and names what was gone before it came to it, as dead letters', async () => {
    const topic = await newTopic()
    const admin = kafka.admin()
    await admin.connect()
    await send(topic, readings('unread', 20))
    await admin.setOffsets({
      groupId: archiveGroup(topic),
      topic,
      partitions: [{ partition: 0, offset: '5' }],
    })
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] })
    const bomb = { key: 'unread', value: Buffer.alloc(largestBatchBytes + 1) }
    const foreign = stranger(addresses.kafkaBrokers).producer()
    await foreign.connect()
    await foreign.send({ topic, messages: [bomb], compression: CompressionTypes.GZIP })
    await foreign.disconnect()
    const archive = rackArchive(addresses, topic, db.database)
    await archive.start()
    // The batch stands at the end of the log: everything is read all the same.
    await vi.waitFor(async () => {
      expect(archive.failures).toEqual([])
      expect(await committed(topic)).toBe(21)
    }, patience)
    await archive.stop()
    await admin.disconnect()
    expect(await count('unread')).toBe(5)
    expect(archive.failures).toEqual([])
    const letters: DeadLetter[] = []
    const reader = new AvroReader<DeadLetter>(archive.registry, topicNames.rejected)
    await readToEnd({
      kafka,
      topic: topicNames.rejected,
      log: createLog('test', 'silent'),
      onMessages: async messages => {
        await reader.prepare(messages)
        for (const { value } of messages) if (value) letters.push(reader.decode(value))
      },
    })
    const ours = letters.filter(({ record }) => record === topic)
    expect(ours.map(({ code, payload }) => ({ code, ...JSON.parse(payload) }))).toMatchObject([
      { code: 'undecodable_batch', topic, partition: 0, offset: 20, last_offset: 20, defect: 'too_large' },
      { code: 'offsets_lost', topic, partition: 0, offset: 5, last_offset: 14, messages: 10, defect: 'gone' },
    ])
  })

  it('waits while ClickHouse is away and then stores everything', async () => {
    const first = await startClickHouse()
    const port = Number(new URL(first.url).port)
    const away = { ...addresses, clickhouseUrl: first.url }
    const own = await testDatabase(first.url)
    const topic = await newTopic()
    const archive = rackArchive(away, topic, own.database, {
      limits: { rows: 500, bytes: 8 << 20, ageMs: 100 },
    })
    await archive.start()
    await send(topic, readings('before', 700))
    await vi.waitUntil(async () => (await committed(topic)) === 700, patience)
    await first.kill9()

    await send(topic, readings('during', 5_000))
    await vi.waitUntil(async () => {
      const text = await archive.metrics.registry.metrics()
      return /batches_total\{table="readings_rack_store",outcome="away"\} [3-9]/.test(text)
    }, patience)
    expect(await committed(topic)).toBe(700)

    const second = await startClickHouse({ dataDir: first.dataDir, port })
    await vi.waitUntil(async () => (await committed(topic)) === 5_700, patience)
    expect(await count('before', own)).toBe(700)
    expect(await count('during', own)).toBe(5_000)
    expect(archive.failures).toEqual([])
    await archive.stop()
    await own.client.close()
    await second.stop()
  })

  describe('where ClickHouse does not hold what was committed', () => {
    const marks = (topic: string) =>
      db.rows<{ round: number; through: number }>(
        `SELECT round, toUInt32(through_offset) AS through FROM db.archived WHERE topic = '${topic}'`,
      )

    async function archived(topic: string, asset: string): Promise<void> {
      await send(topic, readings(asset, 700))
      const archive = rackArchive(addresses, topic, db.database)
      await archive.start()
      await vi.waitUntil(async () => (await committed(topic)) === 700, patience)
      await archive.stop()
      expect(await marks(topic)).toEqual([{ round: 0, through: 700 }])
    }

    async function forget(where: string): Promise<void> {
      await db.client.command({
        query: `ALTER TABLE ${db.database}.archived_store DELETE WHERE ${where} SETTINGS mutations_sync = 1`,
      })
    }

    it.each([
      ['the mark is gone', () => Promise.resolve()],
      [
        'the mark is an older one',
        (topic: string) =>
          db.client.insert({
            table: `${db.database}.archived_store`,
            columns: ['topic', 'kafka_partition', 'round', 'through_offset', 'stored_at'],
            format: 'JSONEachRow',
            values: [{ topic, kafka_partition: 0, round: 2, through_offset: 300, stored_at: 0 }],
          }),
      ],
    ])('reads the log again from its beginning: %s', async (name, restore) => {
      const topic = await newTopic()
      const asset = name.replaceAll(' ', '-')
      await archived(topic, asset)
      await forget(`topic = '${topic}'`)
      await restore(topic)
      await db.client.command({
        query: `ALTER TABLE ${db.database}.readings_rack_store DELETE WHERE asset_id = '${asset}' SETTINGS mutations_sync = 1`,
      })
      const archive = rackArchive(addresses, topic, db.database)
      await archive.start()
      // Nothing new came: it goes back by itself.
      await vi.waitUntil(async () => (await count(asset)) === 700, patience)
      await vi.waitUntil(async () => (await marks(topic))[0]?.through === 700, patience)
      await archive.stop()
      expect(archive.losses).toEqual([0])
      expect((await marks(topic))[0]?.round).toBeGreaterThan(0)
      const metrics = await archive.metrics.registry.metrics()
      expect(metrics).toContain(`citybrain_archive_log_restarts_total{topic="${topic}"} 1`)
      expect(archive.failures).toEqual([])
    })

    it('ends when that happens while it runs, and commits nothing more', async () => {
      const topic = await newTopic()
      const archive = rackArchive(addresses, topic, db.database)
      await archive.start()
      await send(topic, readings('while-running', 100))
      await vi.waitUntil(async () => (await committed(topic)) === 100, patience)
      await forget(`topic = '${topic}'`)
      await send(topic, readings('while-running', 10))
      await vi.waitUntil(() => archive.failures.length > 0, patience)
      await archive.stop()
      expect(archive.failures).toMatchObject([{ code: 'archive_store_changed' }])
      expect(await committed(topic)).toBe(100)
    })

    it('ends when its tables are gone while it runs, instead of waiting for them', async () => {
      const own = await testDatabase()
      const topic = await newTopic()
      const archive = rackArchive(addresses, topic, own.database)
      await archive.start()
      await send(topic, readings('no-table', 100))
      await vi.waitUntil(async () => (await committed(topic)) === 100, patience)
      await own.drop()
      await send(topic, readings('no-table', 10))
      await vi.waitUntil(() => archive.failures.length > 0, patience)
      await archive.stop()
      expect(await committed(topic)).toBe(100)
    })
  })
})

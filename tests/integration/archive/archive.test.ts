import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { readToEnd } from '../../../ingest/redrive/read-to-end.ts'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { CompressionTypes } from '../../../platform/kafka/kafkajs.ts'
import { largestBatchBytes } from '../../../platform/kafka/undecodable-batch.ts'
import { createLog } from '../../../platform/log.ts'
import { archiveGroup } from '../../../processors/archive/topic-archiver.ts'
import type { DeadLetter } from '../../../schemas/records/dead-letter.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { startClickHouse } from '../clickhouse/start-clickhouse.ts'
import { testDatabase } from '../database.ts'
import { stranger } from '../kafka/stranger.ts'
import { type Addresses, rackArchive } from './rack-archive.ts'
import { RackTopics } from './rack-topics.ts'

const patience = { timeout: 90_000, interval: 200 }
const addresses: Addresses = {
  kafkaBrokers: inject('kafkaBrokers'),
  clickhouseUrl: inject('clickhouseUrl'),
  registryUrl: inject('registryUrl'),
}
let racks: RackTopics

beforeAll(async () => {
  racks = await RackTopics.connect(addresses)
})
afterAll(() => racks.close())

describe('archive', () => {
  it('stores every field as it was sent, with its place in the log', async () => {
    const topic = await racks.newTopic()
    await racks.send(topic, [
      { key: 'exact', value: racks.reading('exact', 0, 1234.5678901234567) },
      { key: 'exact', value: racks.reading('exact', 1, null) },
      { key: 'exact', value: null },
    ])
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    await vi.waitUntil(async () => (await racks.committed(topic)) === 3, patience)
    await archive.stop()
    expect(
      await racks.db.rows("SELECT * FROM db.readings_rack WHERE asset_id = 'exact' ORDER BY event_time"),
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
        suspect: null,
        suspect_reason: null,
        kafka_partition: 0,
        kafka_offset: 0,
      },
      expect.objectContaining({ it_power_w: null, in_use: false, kafka_offset: 1 }),
    ])
    expect(archive.failures).toEqual([])
  })

  it('commits only what ClickHouse has, in batches, over all partitions', async () => {
    const topic = await racks.newTopic(3)
    const assets = Array.from({ length: 10 }, (_, i) => `batch-${i}`)
    await racks.send(
      topic,
      assets.flatMap(asset => racks.readings(asset, 1_000)),
    )
    const archive = rackArchive(addresses, topic, racks.db.database, {
      limits: { rows: 1_500, bytes: 8 << 20, ageMs: 500 },
    })
    await archive.start()
    await vi.waitUntil(async () => (await racks.committed(topic)) === 10_000, patience)
    for (const asset of assets) expect(await racks.count(asset)).toBe(1_000)
    await archive.stop()
    const metrics = await archive.metrics.registry.metrics()
    expect(metrics).toContain('citybrain_archive_insert_rows_total{table="readings_rack_store"} 10000')
    expect(metrics).toContain(`citybrain_archive_lag_messages{topic="${topic}"} 0`)
  })

  it('killed between insert and commit loses nothing and counts nothing twice', async () => {
    const topic = await racks.newTopic()
    await racks.send(topic, racks.readings('killed', 3_000))
    const script = join(import.meta.dirname, 'hanging-archive.ts')
    const child = spawn(
      process.execPath,
      [
        script,
        addresses.kafkaBrokers,
        addresses.clickhouseUrl,
        addresses.registryUrl,
        topic,
        racks.db.database,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await racks.committed(topic)).toBe(0)
    expect(await racks.count('killed')).toBeGreaterThan(0)

    await racks.send(topic, [{ key: 'killed', value: racks.reading('killed', 3_000, 1) }])
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    await vi.waitUntil(async () => (await racks.committed(topic)) === 3_001, patience)
    await archive.stop()
    expect(await racks.count('killed')).toBe(3_001)
  })

  it('sends what ClickHouse refuses to the dead letters and stores the rest', async () => {
    const topic = await racks.newTopic()
    const good = racks.readings('poisoned', 500)
    const truncated = racks.reading('poisoned', 900, 1).subarray(0, 30)
    const unknownSchema = Buffer.from(racks.reading('poisoned', 901, 1))
    unknownSchema.writeInt32BE(999_999, 1)
    await racks.send(topic, [
      ...good.slice(0, 200),
      { key: 'poisoned', value: truncated },
      ...good.slice(200, 400),
      { key: 'poisoned', value: Buffer.from('not avro at all') },
      { key: 'poisoned', value: unknownSchema },
      ...good.slice(400),
    ])
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    await vi.waitUntil(async () => (await racks.committed(topic)) === 503, patience)
    await archive.stop()
    expect(await racks.count('poisoned')).toBe(500)
    const metrics = await archive.metrics.registry.metrics()
    expect(metrics).toContain(`citybrain_archive_refused_messages_total{topic="${topic}"} 3`)
    expect(archive.failures).toEqual([])
  })

  it('keeps a batch that nobody can read, and names what was gone before it came to it, as dead letters', async () => {
    const topic = await racks.newTopic()
    const admin = racks.kafka.admin()
    await admin.connect()
    await racks.send(topic, racks.readings('unread', 20))
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
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    // The batch stands at the end of the log: everything is read all the same.
    await vi.waitFor(async () => {
      expect(archive.failures).toEqual([])
      expect(await racks.committed(topic)).toBe(21)
    }, patience)
    await archive.stop()
    await admin.disconnect()
    expect(await racks.count('unread')).toBe(5)
    expect(archive.failures).toEqual([])
    const letters: DeadLetter[] = []
    const reader = new AvroReader<DeadLetter>(archive.registry, topicNames.rejected)
    await readToEnd({
      kafka: racks.kafka,
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
    const topic = await racks.newTopic()
    const archive = rackArchive(away, topic, own.database, {
      limits: { rows: 500, bytes: 8 << 20, ageMs: 100 },
    })
    await archive.start()
    await racks.send(topic, racks.readings('before', 700))
    await vi.waitUntil(async () => (await racks.committed(topic)) === 700, patience)
    await first.kill9()

    await racks.send(topic, racks.readings('during', 5_000))
    await vi.waitUntil(async () => {
      const text = await archive.metrics.registry.metrics()
      return /batches_total\{table="readings_rack_store",outcome="away"\} [3-9]/.test(text)
    }, patience)
    expect(await racks.committed(topic)).toBe(700)

    const second = await startClickHouse({ dataDir: first.dataDir, port })
    await vi.waitUntil(async () => (await racks.committed(topic)) === 5_700, patience)
    expect(await racks.count('before', own)).toBe(700)
    expect(await racks.count('during', own)).toBe(5_000)
    expect(archive.failures).toEqual([])
    await archive.stop()
    await own.client.close()
    await second.stop()
  })
})

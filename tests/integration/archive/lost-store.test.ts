import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { testDatabase } from '../database.ts'
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

describe('where ClickHouse does not hold what was committed', () => {
  const marks = (topic: string) =>
    racks.db.rows<{ round: number; through: number }>(
      `SELECT round, toUInt32(through_offset) AS through FROM db.archived WHERE topic = '${topic}'`,
    )

  async function archived(topic: string, asset: string): Promise<void> {
    await racks.send(topic, racks.readings(asset, 700))
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    await vi.waitUntil(async () => (await racks.committed(topic)) === 700, patience)
    await archive.stop()
    expect(await marks(topic)).toEqual([{ round: 0, through: 700 }])
  }

  async function forget(where: string): Promise<void> {
    await racks.db.client.command({
      query: `ALTER TABLE ${racks.db.database}.archived_store DELETE WHERE ${where} SETTINGS mutations_sync = 1`,
    })
  }

  it.each([
    ['the mark is gone', () => Promise.resolve()],
    [
      'the mark is an older one',
      (topic: string) =>
        racks.db.client.insert({
          table: `${racks.db.database}.archived_store`,
          columns: ['topic', 'kafka_partition', 'round', 'through_offset', 'stored_at'],
          format: 'JSONEachRow',
          values: [{ topic, kafka_partition: 0, round: 2, through_offset: 300, stored_at: 0 }],
        }),
    ],
  ])('reads the log again from its beginning: %s', async (name, restore) => {
    const topic = await racks.newTopic()
    const asset = name.replaceAll(' ', '-')
    await archived(topic, asset)
    await forget(`topic = '${topic}'`)
    await restore(topic)
    await racks.db.client.command({
      query: `ALTER TABLE ${racks.db.database}.readings_rack_store DELETE WHERE asset_id = '${asset}' SETTINGS mutations_sync = 1`,
    })
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    // Nothing new came: it goes back by itself.
    await vi.waitUntil(async () => (await racks.count(asset)) === 700, patience)
    await vi.waitUntil(async () => (await marks(topic))[0]?.through === 700, patience)
    await archive.stop()
    expect(archive.losses).toEqual([0])
    expect((await marks(topic))[0]?.round).toBeGreaterThan(0)
    const metrics = await archive.metrics.registry.metrics()
    expect(metrics).toContain(`citybrain_archive_log_restarts_total{topic="${topic}"} 1`)
    expect(archive.failures).toEqual([])
  })

  it('ends when that happens while it runs, and commits nothing more', async () => {
    const topic = await racks.newTopic()
    const archive = rackArchive(addresses, topic, racks.db.database)
    await archive.start()
    await racks.send(topic, racks.readings('while-running', 100))
    await vi.waitUntil(async () => (await racks.committed(topic)) === 100, patience)
    await forget(`topic = '${topic}'`)
    await racks.send(topic, racks.readings('while-running', 10))
    await vi.waitUntil(() => archive.failures.length > 0, patience)
    await archive.stop()
    expect(archive.failures).toMatchObject([{ code: 'archive_store_changed' }])
    expect(await racks.committed(topic)).toBe(100)
  })

  it('ends when its tables are gone while it runs, instead of waiting for them', async () => {
    const own = await testDatabase()
    const topic = await racks.newTopic()
    const archive = rackArchive(addresses, topic, own.database)
    await archive.start()
    await racks.send(topic, racks.readings('no-table', 100))
    await vi.waitUntil(async () => (await racks.committed(topic)) === 100, patience)
    await own.drop()
    await racks.send(topic, racks.readings('no-table', 10))
    await vi.waitUntil(() => archive.failures.length > 0, patience)
    await archive.stop()
    expect(await racks.committed(topic)).toBe(100)
  })
})

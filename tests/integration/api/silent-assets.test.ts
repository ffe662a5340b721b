import { afterAll, beforeAll, expect, test } from 'vitest'
import { maxSilentAssets, readSilentAssets } from '../../../api/history/read-silent-assets.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const now = Date.UTC(2026, 5, 1, 4)
const minute = 60_000

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  const asset = (asset_id: string, record: string, county: string, rest: object = {}) => ({
    asset_id,
    record,
    kind: record === 'rack' ? 'rack' : 'lot',
    county,
    name: `name of ${asset_id}`,
    period_s: 10,
    updated_at: sqlTime(now - 60 * minute),
    ...rest,
  })
  const many = Array.from({ length: maxSilentAssets + 5 }, (_, i) => asset(`many-${i}`, 'rack', '370202'))
  await db.insert('assets_store', [
    asset('busy', 'rack', '370102'),
    asset('quiet', 'rack', '370102'),
    asset('dumb', 'rack', '370103', { name: null }),
    asset('slow', 'rack', '370102', { period_s: 900 }),
    asset('rare', 'rack', '370102', { period_s: 7_200 }),
    asset('no period', 'rack', '370102', { period_s: null }),
    asset('retired', 'rack', '370102', { retired_at: sqlTime(now - minute) }),
    asset('to come', 'rack', '370102', { commissioned_at: sqlTime(now + minute) }),
    asset('lot of a feed that stands still', 'parking', '370102', { period_s: 60 }),
    ...many,
  ])
  const reading = (asset_id: string, agoMs: number, county = '370102') => ({
    asset_id,
    county,
    event_time: sqlTime(now - agoMs),
    received_at: sqlTime(now - agoMs),
    kafka_partition: 0,
    kafka_offset: 1,
  })
  await db.insert('readings_rack_store', [
    reading('busy', 2_000),
    reading('busy', 300_000),
    reading('quiet', 5 * minute),
    reading('quiet', 9 * minute),
    reading('slow', 30 * minute),
    // Before the time that is looked back.
    reading('dumb', 61 * minute, '370103'),
  ])
  const refused = (asset_id: string, agoMs: number, code: string, record = 'rack') => ({
    ...{ record, asset_id, code, received_at: sqlTime(now - agoMs), message: '', payload: '' },
    ...{ kafka_partition: 0, kafka_offset: agoMs },
  })
  await db.insert('rejected_store', [
    refused('dumb', 9_000, 'unknown_county'),
    refused('dumb', 4_000, 'field_range'),
    refused('dumb', 1_000, 'field_type', 'facility'),
    // Before the time that is looked back.
    refused('quiet', 61 * minute, 'field_range'),
  ])
  await db.insert('readings_parking_store', [
    { ...reading('lot of a feed that stands still', 20 * minute), status: 'open' },
  ])
})
afterAll(async () => db?.drop())

const ask = (...counties: string[]) =>
  readSilentAssets(
    { clickhouse: db.client, database: db.database, historyTimeoutMs: 20_000 },
    { counties, now },
  )

test('assets whose periods pass without a reading are silent, the longest first', async () => {
  const { expected, total, assets } = await ask('370102', '370103')
  expect({ expected, total }).toEqual({ expected: 5, total: 2 })
  const common = { record: 'rack', period_s: 10, as_of: now - 2_000 }
  expect(assets).toEqual([
    {
      ...common,
      asset_id: 'dumb',
      name: null,
      county: '370103',
      last_reading: null,
      last_refused: now - 4_000,
      refused_code: 'field_range',
    },
    {
      ...common,
      asset_id: 'quiet',
      name: 'name of quiet',
      county: '370102',
      last_reading: now - 5 * minute,
      last_refused: null,
      refused_code: null,
    },
  ])
})

test('only those of the counties asked for', async () => {
  expect(await ask('370103')).toMatchObject({ expected: 1, total: 1 })
  expect(await ask('371702')).toEqual({ expected: 0, total: 0, assets: [] })
})

test('are counted all and listed as far as an answer holds', async () => {
  const { total, assets } = await ask('370202')
  expect(total).toBe(maxSilentAssets + 5)
  expect(assets).toHaveLength(maxSilentAssets)
})

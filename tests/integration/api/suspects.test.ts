import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { app } from '../../api/app.ts'
import { noon } from '../../api/cells/windows.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const [jinan, lixia, shinan] = ['370100', '370102', '370202'] as const

let offset = 0
const reading = (asset_id: string, county: string, agoMs: number, rest: object) => ({
  ...{ asset_id, county, event_time: sqlTime(noon - agoMs), received_at: sqlTime(noon), source: 'dcim' },
  ...{ kafka_partition: 0, kafka_offset: offset++ },
  ...rest,
})
const doubted = (suspect_reason: string | null, rest: object = {}) => ({
  suspect: true,
  suspect_reason,
  ...rest,
})

let db: TestDatabase
let api: FastifyInstance
beforeAll(async () => {
  db = await testDatabase()
  const lots = [
    reading(
      'lot-a',
      lixia,
      3 * minute,
      doubted('capacity_unlike_registered', { capacity: 160, occupied: 4 }),
    ),
    reading(
      'lot-a',
      lixia,
      2 * minute,
      doubted('capacity_unlike_registered', { capacity: 170, occupied: 3 }),
    ),
    reading('lot-a', lixia, minute, doubted('no_spaces', { capacity: 0, source: 'gate' })),
    // Sound, and not said.
    reading('lot-a', lixia, 1, { capacity: 100, suspect: false }),
    reading('lot-b', lixia, minute, { capacity: 100 }),
    // Before the hour.
    reading('lot-c', shinan, 61 * minute, doubted('no_spaces', { capacity: 0 })),
  ]
  const racks = [
    reading('rack-a', shinan, minute, doubted('above_rated', { it_power_w: 12_000 })),
    reading('rack-a', shinan, 2 * minute, doubted('above_rated', { it_power_w: 11_000 })),
    reading('rack-a', shinan, 3 * minute, doubted('above_rated', { it_power_w: 10_500 })),
    reading('rack-b', shinan, minute, doubted(null, { it_power_w: 900, source: null })),
  ]
  // The archive may write twice: a reading is one.
  for (const _again of [1, 2]) {
    await db.insert('readings_parking_store', lots)
    await db.insert('readings_rack_store', racks)
  }
  const flight = { method: 'unmanned', from_km: 0, to_km: 14 }
  await db.insert('readings_grid_inspection_events_store', [
    reading('line-a', lixia, minute, doubted('beyond_line', flight)),
  ])
  const asset = (asset_id: string, record: string, kind: string, rest: object) => ({
    ...{ asset_id, record, kind, county: lixia, name: `name of ${asset_id}`, updated_at: sqlTime(noon) },
    ...rest,
  })
  await db.insert('assets_store', [
    asset('lot-a', 'parking', 'lot', { capacity: 100 }),
    asset('line-a', 'grid_inspection', 'line', { length_km: 12 }),
    asset('rack-a', 'rack', 'rack', { capacity: 8 }),
  ])
  api = await app({ stored: { clickhouseUrl: inject('clickhouseUrl'), database: db.database } })
})
afterAll(async () => {
  await api?.close()
  await db?.drop()
})

interface Row {
  readonly asset_id: string
  readonly reason: string
  readonly readings: number
}
const get = async (query: string) => (await api.inject(`/v1/suspects?${query}`)).json()
const named = async (query: string) =>
  (await get(query)).suspects.map(({ asset_id, reason, readings }: Row) => [asset_id, reason, readings])

test('who sends what is not measured and why, with what was said and what is registered', async () => {
  const { suspects, total, more, from, to } = await get('')
  expect({ total, more, from, to }).toEqual({ total: 5, more: false, from: noon - 60 * minute, to: noon })
  expect(suspects.slice(0, 2)).toEqual([
    {
      ...{ record: 'rack', asset_id: 'rack-a', name: 'name of rack-a', county: shinan, source: 'dcim' },
      ...{ reason: 'above_rated', readings: 3, first_seen: noon - 3 * minute, last_seen: noon - minute },
      ...{ last_values: { it_power_w: '12000' }, capacity: 8, length_km: null },
    },
    {
      ...{ record: 'parking', asset_id: 'lot-a', name: 'name of lot-a', county: lixia, source: 'dcim' },
      ...{ reason: 'capacity_unlike_registered', readings: 2 },
      ...{ first_seen: noon - 3 * minute, last_seen: noon - 2 * minute },
      ...{ last_values: { capacity: '170', occupied: '3' }, capacity: 100, length_km: null },
    },
  ])
  expect(suspects.slice(2)).toMatchObject([
    { asset_id: 'line-a', reason: 'beyond_line', length_km: 12, last_values: { to_km: '14' } },
    { asset_id: 'lot-a', reason: 'no_spaces', source: 'gate' },
    { asset_id: 'rack-b', reason: 'said_by_device', source: null, name: null },
  ])
})

test.each([
  [`region=${jinan}`, ['lot-a', 'line-a', 'lot-a']],
  [`region=${shinan}&region=${lixia}&record=rack`, ['rack-a', 'rack-b']],
  ['record=grid_inspection&record=facility', ['line-a']],
  ['reason=no_spaces&reason=said_by_device', ['lot-a', 'rack-b']],
  ['source=gate', ['lot-a']],
  ['source=gate&source=dcim&record=parking', ['lot-a', 'lot-a']],
  [`from=${noon - 62 * minute}&to=${noon - 60 * minute}`, ['lot-c']],
  [`from=${noon - 2 * minute}&record=rack&reason=above_rated`, ['rack-a']],
  ['region=371702', []],
])('%s names %j', async (query, assets) => {
  expect((await named(query)).map(([asset]: readonly string[]) => asset)).toEqual(assets)
})

test('a range begins with its first millisecond and ends before its last', async () => {
  const at = noon - 2 * minute
  const range = (from: number, to: number) => named(`record=rack&reason=above_rated&from=${from}&to=${to}`)
  expect(await range(at, at + minute)).toEqual([['rack-a', 'above_rated', 1]])
  expect(await range(at, at + minute + 1)).toEqual([['rack-a', 'above_rated', 2]])
})

test('says that there are more than it lists', async () => {
  const { suspects, total, more } = await get('limit=2')
  expect([suspects.length, total, more]).toEqual([2, 5, true])
  expect((await get('limit=5')).more).toBe(false)
})

test.each([
  ['record=radio_alarm', 'invalid_request'],
  ['reason=because', 'invalid_request'],
  ['limit=0', 'invalid_request'],
  ['region=123456', 'unknown_region'],
  [`from=${noon}&to=${noon}`, 'empty_range'],
  [`from=${noon - 8 * 86_400_000}`, 'range_too_long'],
])('%s is refused as %s', async (query, code) => {
  expect(await get(query)).toMatchObject({ code })
})

test('the health of the data counts the assets of the last hour', async () => {
  const { records } = (await api.inject('/v1/health/data')).json()
  const counts = records.map(({ record, suspect_assets }: Record<string, unknown>) => [
    record,
    suspect_assets,
  ])
  expect(Object.fromEntries(counts)).toEqual({
    ...{ radio_pm: 0, radio_alarm: 0, rack: 2, facility: 0 },
    ...{ grid_inspection: 1, grid_defect: 0, parking: 1 },
  })
})

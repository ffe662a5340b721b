import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { compareWithAccepted } from '../../chaos/oracle/oracle.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const start = Date.UTC(2026, 10, 22, 12, 0)
const county = '370203'
const levels = { county, city: '370200', circle: 'circle-jiaodong', province: '370000' }
const windows = Object.fromEntries(recordIds.map(record => [record, minute])) as Record<RecordId, number>
let db: TestDatabase
let folder: string
let acceptedFile: string

const at = (seconds: number) => start + seconds * 1000

/** In the order of the acknowledgements: the third contradicts the first, the fourth repeats it. */
const accepted = [
  {
    asset_id: 'r1',
    event_time: at(1),
    it_power_w: 3000.5,
    inlet_temp_c: 20,
    humidity_pct: null,
    in_use: true,
  },
  { asset_id: 'r2', event_time: at(2), it_power_w: 1500, inlet_temp_c: 30 },
  { asset_id: 'r1', event_time: at(1), it_power_w: 9, inlet_temp_c: 20, in_use: true },
  { asset_id: 'r1', event_time: new Date(at(1)).toISOString(), it_power_w: 3000.5 },
]
const defect = {
  asset_id: 'l1',
  event_time: at(3),
  defect_id: '线路 "7"',
  grade: 'serious',
  state: 'open',
  found_at: '2026-11-22T19:00:00.250+08:00',
}

/** By hand: two of the three racks reported, one is in use of one that says so, 20 °C is in the band and 30 °C is not. */
const kpis: Readonly<Record<string, number>> = {
  'datacenter.it_load_kw': 4.5005,
  'datacenter.racks_in_use_pct': 100,
  'datacenter.inlet_in_band_pct': 50,
  'datacenter.inlet_max_c': 30,
  'datacenter.coverage_pct': 200 / 3,
}

function kpiRow(kpi: string, region: string, level: string, value: number, version: number) {
  return {
    ...{ kpi, region, level, record: 'rack', value, numerator: 0, denominator: 0, status: 'final' },
    ...{ window_start: sqlTime(start), window_end: sqlTime(start + minute), revision: 1, version },
    ...{ coverage: 2 / 3, assets: 2, expected: 3, readings: 2, duplicates: 2, kafka_offset: version },
    computed_at: sqlTime(start + 2 * minute),
  }
}

function measures(readings: number) {
  return {
    ...{ county, window_start: sqlTime(start), window_end: sqlTime(start + minute), status: 'final' },
    ...{ revision: 1, version: 1, readings, computed_at: sqlTime(start + 2 * minute) },
  }
}

const compare = () =>
  compareWithAccepted({
    acceptedFile,
    clickhouseUrl: inject('clickhouseUrl'),
    database: db.database,
    windows,
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-oracle-'))
  acceptedFile = join(folder, 'accepted.ndjson')
  const line = (record: string, reading: object) => `${JSON.stringify({ record, county, ...reading })}\n`
  await writeFile(
    acceptedFile,
    [...accepted.map(reading => line('rack', reading)), line('grid_defect', defect)].join(''),
  )
  const assets = ['r1', 'r2', 'r3'].map(asset_id => ({
    asset_id,
    record: 'rack',
    kind: 'rack',
    county,
    period_s: 60,
  }))
  await writeFile(`${acceptedFile}.assets`, assets.map(asset => `${JSON.stringify(asset)}\n`).join(''))

  db = await testDatabase()
  const place = { county, received_at: sqlTime(at(4)), kafka_partition: 0 }
  const stored = accepted.map((reading, kafka_offset) => ({
    ...reading,
    ...place,
    kafka_offset,
    event_time: sqlTime(new Date(reading.event_time).getTime()),
  }))
  // The archive may write twice, and in any order: the first place in the log holds.
  await db.insert('readings_rack_store', [...stored.toReversed(), ...stored])
  await db.insert('readings_grid_defect_events_store', [
    {
      ...{ ...defect, ...place, kafka_offset: 0, event_time: sqlTime(defect.event_time) },
      found_at: '2026-11-22 11:00:00.250',
    },
  ])
  await db.insert(
    'assets_store',
    assets.map(asset => ({ ...asset, expected_from: sqlTime(start), updated_at: sqlTime(start) })),
  )
  await db.insert('measures_rack_windows_store', [measures(2)])
  await db.insert('measures_grid_defect_windows_store', [measures(1)])
  await db.insert(
    'kpi_windows_store',
    Object.entries(levels).flatMap(([level, region]) =>
      Object.entries(kpis).map(([kpi, value]) => kpiRow(kpi, region, level, value, 1)),
    ),
  )
})
afterAll(async () => {
  await db?.drop()
  await rm(folder, { recursive: true, force: true })
})

it('finds no difference where what is stored is what was accepted', async () => {
  const { compared, windows: seen, differences } = await compare()
  expect(differences).toEqual([])
  expect(seen).toBe(2)
  // 3 assets, 4 regions x (5 KPIs + 4 facts), 3 readings, 2 counts
  expect(compared).toBe(44)
})

it('finds a wrong value, a wrong reading, a lost one and a wrong count', async () => {
  const wrongCircle = kpiRow('datacenter.it_load_kw', levels.circle, 'circle', 4.5, 2)
  await db.insert('kpi_windows_store', [wrongCircle])
  expect((await compare()).differences).toEqual([
    {
      kpi: 'datacenter.it_load_kw',
      region: levels.circle,
      windowStart: start,
      stored: 4.5,
      expected: 4.5005,
      readings: 2,
    },
  ])
  await db.insert('kpi_windows_store', [{ ...wrongCircle, value: 4.5005, version: 3 }])

  // What was the second value of r1 is stored as the first one, and the defect is gone.
  await db.client.command({ query: `TRUNCATE TABLE ${db.database}.readings_rack_store` })
  await db.client.command({ query: `TRUNCATE TABLE ${db.database}.readings_grid_defect_events_store` })
  const wrong = accepted.slice(1, 3).map(reading => ({
    ...reading,
    ...{ county, received_at: sqlTime(at(4)), kafka_partition: 0, kafka_offset: 1 },
    event_time: sqlTime(new Date(reading.event_time).getTime()),
  }))
  await db.insert('readings_rack_store', wrong)
  await db.insert('measures_rack_windows_store', [{ ...measures(3), version: 2 }])
  const { differences } = await compare()
  expect(differences).toMatchObject([
    {
      kpi: 'readings_rack',
      identity: `r1|${at(1)}`,
      stored: '{"it_power_w":9}',
      expected: '{"it_power_w":3000.5}',
    },
    { kpi: 'measures_rack.readings', region: county, windowStart: start, stored: 3, expected: 2 },
    { kpi: 'readings_grid_defect', identity: `l1|${at(3)}|线路 "7"|open`, stored: 'missing' },
  ])
})

it('decides what is measured by the marks in the log, and finds a mark that is not expected, or is missing', async () => {
  await db.client.command({ query: `TRUNCATE TABLE ${db.database}.readings_rack_store` })
  const marks = [{ suspect: true, suspect_reason: 'above_rated' }, {}]
  const rows = accepted.slice(0, 2).map((reading, kafka_offset) => ({
    ...{ ...reading, ...marks[kafka_offset], county, received_at: sqlTime(at(4)), kafka_partition: 0 },
    ...{ kafka_offset, event_time: sqlTime(new Date(reading.event_time).getTime()) },
  }))
  await db.insert('readings_rack_store', rows)
  const { differences } = await compare()
  expect(differences.find(({ kpi }) => kpi === 'readings_rack')).toMatchObject({
    stored: '{"suspect":true,"suspect_reason":"above_rated"}',
    expected: '{"suspect":null,"suspect_reason":null}',
  })
  // Of r2 alone.
  expect(differences.find(({ kpi }) => kpi === 'datacenter.it_load_kw')).toMatchObject({ expected: 1.5 })

  const doubtedBySender = accepted.map((reading, i) => {
    const doubt = i === 1 ? 'above_rated' : undefined
    return `${JSON.stringify({ record: 'rack', county, doubt, ...reading })}\n`
  })
  await writeFile(acceptedFile, doubtedBySender.join(''))
  const second = (await compare()).differences.filter(({ kpi }) => kpi === 'readings_rack')
  expect(second).toMatchObject([
    { identity: `r1|${at(1)}` },
    { identity: `r2|${at(2)}`, expected: '{"suspect":true,"suspect_reason":"above_rated"}' },
  ])
})

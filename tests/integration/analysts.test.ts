import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sqlTime, type TestDatabase, testDatabase } from './database.ts'

const guide = readFileSync(join(import.meta.dirname, '../../docs/analysts.md'), 'utf8')
/** Heading -> query. */
const queries = new Map(
  [...guide.matchAll(/^## (.+)$[\s\S]*?```sql\n([\s\S]*?)```/gm)].map(([, title = '', sql = '']) => [
    title,
    sql,
  ]),
)
const minute = 60_000
/** The start of the minute before this one: old enough to be final, new enough for every query. */
const start = Math.floor(Date.now() / minute) * minute - minute

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  const measures = (rest: object) => ({
    county: '370102',
    window_start: sqlTime(start),
    window_end: sqlTime(start + minute),
    status: 'final',
    revision: 1,
    version: 1,
    computed_at: sqlTime(start + minute),
    assets: 1,
    expected: 2,
    readings: 3,
    ...rest,
  })
  await db.insert('measures_facility_windows_store', [measures({ total_energy_kwh: 13, it_energy_kwh: 10 })])
  await db.insert('measures_parking_windows_store', [measures({})])
  const weekMs = 7 * 24 * 60 * minute
  await db.insert('measures_rack_windows_store', [
    measures({ it_power_w: 6_000, it_power_readings: 1 }),
    measures({
      ...{ window_start: sqlTime(start - weekMs), window_end: sqlTime(start - weekMs + minute) },
      ...{ it_power_w: 5_000, it_power_readings: 1 },
    }),
  ])
  const occupancy = (revision: number, value: number, readings: number) => ({
    ...measures({}),
    kpi: 'parking.occupancy_pct',
    region: '370102',
    level: 'county',
    record: 'parking',
    value,
    numerator: value,
    denominator: 100,
    status: revision === 1 ? 'final' : 'corrected',
    revision,
    version: revision,
    readings,
    lineage_partition: [1, 0],
    lineage_from_offset: [-1, 5],
    lineage_through_offset: [0, 4_500],
  })
  const known = ({ county: _, ...row }: { county: string }) => row
  await db.insert('kpi_revisions_windows_store', [known(occupancy(1, 40, 3)), known(occupancy(2, 35, 4))])
  await db.insert('kpi_windows_store', [known(occupancy(1, 40, 3)), known(occupancy(2, 35, 4))])
  const lot = (asset: string, ms: number, occupied: number | null, status = 'open', offset = ms) => ({
    asset_id: asset,
    county: '370102',
    event_time: sqlTime(start + ms),
    received_at: sqlTime(start + ms),
    status,
    capacity: 100,
    occupied,
    kafka_offset: offset,
  })
  await db.insert('readings_parking_store', [
    lot('p1', 1_000, 40),
    lot('p1', 2_000, 60),
    // Came twice; the first holds.
    lot('p2', 3_000, 20, 'open', 5),
    lot('p2', 3_000, 99, 'open', 6),
    lot('p3', 4_000, 77, 'closed'),
    lot('p4', 5_000, null),
  ])
  const rack = (asset: string, rest: object = {}) => ({
    asset_id: asset,
    record: 'rack',
    kind: 'rack',
    county: '370102',
    period_s: 60,
    updated_at: sqlTime(start),
    ...rest,
  })
  await db.insert('assets_store', [
    rack('r-fresh'),
    rack('r-silent'),
    rack('r-never'),
    rack('r-retired', { retired_at: sqlTime(start - minute) }),
  ])
  const seen = (asset: string, ago: number) => ({
    asset_id: asset,
    county: '370102',
    event_time: sqlTime(Date.now() - ago),
    received_at: sqlTime(start),
  })
  const alert = (id: string, fields: object) => ({
    alert_id: id,
    version: 1,
    rule: 'parking-full',
    severity: 'major',
    region: '370102',
    active_since: sqlTime(start),
    fired_at: sqlTime(start + minute),
    ...fields,
  })
  await db.insert('alerts_store', [
    alert('a', { state: 'firing' }),
    alert('a', {
      version: 2,
      state: 'resolved',
      resolved_at: sqlTime(start + 3 * minute),
      acknowledged_at: sqlTime(start + minute + 30_000),
      history: [
        { at: sqlTime(start + minute), what: 'fired', by: null, note: null, revision: 1 },
        {
          at: sqlTime(start + minute + 30_000),
          what: 'acknowledged',
          by: 'li',
          note: 'seen',
          revision: null,
        },
      ],
    }),
    alert('b', { state: 'retracted', silenced_by: ['s'] }),
  ])
  await db.insert('readings_rack_store', [seen('r-fresh', 10_000), seen('r-silent', 10 * minute)])
})
afterAll(() => db.drop())

function run(title: RegExp): Promise<readonly Record<string, unknown>[]> {
  const sql = [...queries].find(([heading]) => title.test(heading))?.[1]
  if (!sql) throw new Error(`docs/analysts.md has no query about ${title}`)
  return db.rows(sql.replaceAll('citybrain.', 'db.'))
}

it('has nine queries', () => {
  expect(queries.size).toBe(9)
})

it('gives the PUE of a city with its coverage', async () => {
  expect(await run(/effectiveness/)).toEqual([
    { city: '济南市', day: expect.any(String), pue: 1.3, coverage_pct: 50 },
  ])
})

it('compares a load with that of a week before', async () => {
  expect(await run(/load of the data centres/)).toEqual([
    {
      city: '济南市',
      hour: expect.any(String),
      load_kw: 6,
      value_1d_before: null,
      value_1w_before: 5,
      week_over_week_pct: 20,
    },
  ])
})

it('finds counties with too few car parks', async () => {
  expect(await run(/80 %/)).toEqual([
    expect.objectContaining({
      county: '370102',
      name: '历下区',
      reporting_pct: 50,
      reporting: 1,
      expected: 2,
    }),
  ])
})

it('shows what a correction changed', async () => {
  expect(await run(/late data/)).toEqual([
    expect.objectContaining({ first_value: 40, last_value: 35, revision: 2, late_readings: 1 }),
  ])
})

it('recomputes an occupancy from its readings', async () => {
  // Means of 50 and 20 of 100 spaces each.
  expect(await run(/recomputed/)).toEqual([
    expect.objectContaining({
      county: '370102',
      lots: 2,
      readings: 3,
      recomputed: 35,
      stored: 35,
      status: 'corrected',
    }),
  ])
})

it('leads a value back to exactly the readings below its lineage', async () => {
  const rows = await run(/comes from/)
  expect(rows.map(row => [row.revision, row.asset_id, row.occupied, Number(row.kafka_offset)])).toEqual([
    [2, 'p2', 20, 5],
    [2, 'p1', 40, 1_000],
    [2, 'p1', 60, 2_000],
    // Its lot was closed: counted as a reading, not measured. The one after it came later than the revision.
    [2, 'p3', 77, 4_000],
  ])
})

it('finds silent racks', async () => {
  const rows = await run(/Silent/)
  expect(rows.map(row => row.asset_id)).toEqual(['r-never', 'r-silent'])
})

it('counts what fired, how long it lasted, and how soon it was taken', async () => {
  expect(await run(/how often each rule/)).toEqual([
    {
      rule: 'parking-full',
      severity: 'major',
      fired: 2,
      retracted: 1,
      raised_late: 0,
      muted: 1,
      mean_minutes: 2,
      median_seconds_to_acknowledge: 30,
    },
  ])
})

it('keeps the shift book', async () => {
  const rows = await run(/shift book/)
  expect(rows.map(({ what, who, region }) => [what, who, region])).toEqual([
    ['fired', null, '历下区'],
    ['acknowledged', 'li', '历下区'],
  ])
})

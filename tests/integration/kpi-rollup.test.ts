import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kpiNamed } from '../../api/cells/selection.ts'
import { readSeries } from '../../api/history/read-series.ts'
import { sqlTime, type TestDatabase, testDatabase } from './database.ts'

const hour = 3_600_000
/** Noon in the province. */
const noon = Date.UTC(2026, 2, 5, 4)

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

describe('kpi_1h and kpi_1d', () => {
  const window = (county: string, index: number, measures: object) => ({
    county,
    window_start: sqlTime(noon + index * (hour / 4)),
    window_end: sqlTime(noon + (index + 1) * (hour / 4)),
    status: 'final',
    revision: 1,
    version: 10,
    assets: 2,
    expected: 4,
    readings: 5,
    duplicates: 1,
    event_time_max: sqlTime(noon + index),
    computed_at: sqlTime(noon),
    ...measures,
  })
  const cells = async (view: string, kpi: string) =>
    new Map(
      (
        await db.rows<{ region: string; value: number | null }>(
          `SELECT region, value, numerator, denominator, coverage, readings, windows, status FROM db.${view} WHERE kpi = '${kpi}' ORDER BY region`,
        )
      ).map(({ region, ...cell }) => [region, cell]),
    )

  it('divide sums by sums, over counties and windows', async () => {
    await db.insert('measures_facility_windows_store', [
      window('370102', 0, { total_energy_kwh: 150, it_energy_kwh: 100 }),
      window('370102', 1, { total_energy_kwh: 130, it_energy_kwh: 100 }),
      window('370103', 1, { total_energy_kwh: 600, it_energy_kwh: 300, revision: 2, status: 'corrected' }),
      window('370202', 4, { total_energy_kwh: 11, it_energy_kwh: 10 }),
    ])
    const hours = await cells('kpi_1h', 'datacenter.pue')
    expect(hours.get('370102')).toEqual({
      value: 280 / 200,
      numerator: 280,
      denominator: 200,
      coverage: 0.5,
      readings: 10,
      windows: 2,
      status: 'final',
    })
    expect(hours.get('370100')).toMatchObject({
      value: 880 / 500,
      windows: 2,
      status: 'corrected',
      readings: 15,
    })
    expect([...(await cells('kpi_1d', 'datacenter.pue')).keys()]).toContain('circle-jiaodong')
    const [province] = await db.rows(
      "SELECT value, window_start, window_end FROM db.kpi_1d WHERE kpi = 'datacenter.pue' AND region = '370000'",
    )
    expect(province).toEqual({
      value: 891 / 510,
      // Midnight in the province.
      window_start: '2026-03-04 16:00:00.000',
      window_end: '2026-03-05 16:00:00.000',
    })
  })

  it('have no value of racks where a window is of before there were shares, and the others have', async () => {
    const racks = (county: string, index: number, in_use: number | null, known: number | null) =>
      window(county, index, { racks_in_use: in_use, racks_of_known_use: known })
    await db.insert('measures_rack_windows_store', [
      racks('371702', 0, 1, 4),
      racks('371702', 1, 2.5, 4),
      racks('371703', 0, 3, 3),
      racks('371703', 1, null, null),
      // Nobody reported, so nothing is missing.
      { ...racks('371721', 0, null, null), readings: 0 },
      racks('371721', 1, 1, 2),
    ])
    const inUse = await cells('kpi_1h', 'datacenter.racks_in_use_pct')
    expect(inUse.get('371702')).toMatchObject({ value: 43.75, numerator: 3.5, denominator: 8 })
    expect(inUse.get('371703')).toMatchObject({ value: null, numerator: 0, denominator: 0 })
    expect(inUse.get('371721')?.value).toBe(50)
    expect(inUse.get('371700')?.value).toBeNull()
  })

  it('take the mean of a level over its windows, and its ratios unchanged', async () => {
    await db.insert('measures_rack_windows_store', [
      window('370102', 0, { it_power_w: 4_000, it_power_readings: 4, inlet_max_c: 25, inlet_readings: 4 }),
      window('370102', 1, { it_power_w: 6_000, it_power_readings: 4, inlet_max_c: 31, inlet_readings: 4 }),
      window('370102', 2, { it_power_w: 0, it_power_readings: 0, inlet_max_c: null, inlet_readings: 0 }),
      window('370103', 0, { it_power_w: 1_000, it_power_readings: 1, inlet_max_c: null, inlet_readings: 0 }),
    ])
    const load = await cells('kpi_1h', 'datacenter.it_load_kw')
    expect(load.get('370102')?.value).toBe(5)
    // Windows of 5 kW and 6 kW.
    expect(load.get('370100')?.value).toBe(5.5)
    const hottest = await cells('kpi_1h', 'datacenter.inlet_max_c')
    expect(hottest.get('370100')?.value).toBe(31)
    expect(hottest.get('370103')).toMatchObject({ value: null, numerator: 0, denominator: 0 })

    await db.insert('measures_parking_windows_store', [
      window('370102', 0, {
        occupied: 50,
        capacity: 100,
        exits: 10,
        exits_capacity: 100,
        occupancy_readings: 1,
        free: 50,
      }),
      window('370102', 1, {
        occupied: 80,
        capacity: 100,
        exits: 30,
        exits_capacity: 100,
        occupancy_readings: 1,
        free: 20,
      }),
    ])
    const parking = async (kpi: string) => (await cells('kpi_1h', kpi)).get('370102')?.value
    expect(await parking('parking.occupancy_pct')).toBe(65)
    expect(await parking('parking.free_spaces')).toBe(35)
    // 40 exits from 100 spaces in half an hour.
    expect(await parking('parking.turnover_per_space_h')).toBeCloseTo(0.8, 12)
    // Two car parks reported in each window.
    expect(await parking('parking.lots_reporting')).toBe(2)
    expect(await parking('parking.coverage_pct')).toBe(50)
  })

  it('turn counts into rates over the windows seen', async () => {
    await db.insert('measures_radio_alarm_windows_store', [
      window('370102', 0, { raised: 3, cleared: 1 }),
      window('370102', 1, { raised: 0, cleared: 0 }),
      window('370103', 0, { raised: 1, cleared: 0 }),
    ])
    const raised = await cells('kpi_1h', 'radio.alarms_raised')
    expect(raised.get('370102')?.value).toBe(6)
    expect(raised.get('370100')?.value).toBe(8)
  })

  it('multiply the ratios of summed counters', async () => {
    const counters = (att: number, succ: number) => ({
      rrc_estab_att: att,
      rrc_estab_succ: succ,
      uectx_estab_att: 10,
      uectx_estab_succ: 9,
      drb_estab_att: 4,
      drb_estab_succ: 2,
    })
    await db.insert('measures_radio_pm_windows_store', [
      window('370102', 0, counters(10, 5)),
      window('370102', 1, counters(30, 25)),
    ])
    const [cell] = await db.rows<{ value: number }>(
      "SELECT value FROM db.kpi_1h WHERE kpi = 'radio.accessibility_pct' AND region = '370102'",
    )
    expect(cell?.value).toBeCloseTo(100 * (30 / 40) * (18 / 20) * (4 / 8), 9)
  })

  it('have the last value of a census', async () => {
    const census = (index: number, value: number | null) => ({
      kpi: 'grid.unmanned_coverage_pct',
      region: '370102',
      level: 'county',
      record: 'grid_census',
      window_start: sqlTime(noon + index * 60_000),
      window_end: sqlTime(noon + (index + 1) * 60_000),
      value,
      numerator: value ?? 0,
      denominator: 1,
      status: 'final',
      revision: 1,
      version: 1,
      computed_at: sqlTime(noon),
    })
    await db.insert('kpi_windows_store', [
      census(0, 40),
      census(1, 60),
      census(2, 50),
      census(60, null),
      census(59, 70),
    ])
    const hours = await db.rows(
      "SELECT window_start, value, windows FROM db.kpi_1h WHERE kpi = 'grid.unmanned_coverage_pct' ORDER BY window_start",
    )
    expect(hours).toEqual([
      { window_start: '2026-03-05 04:00:00.000', value: 70, windows: 4 },
      { window_start: '2026-03-05 05:00:00.000', value: null, windows: 1 },
    ])
  })

  it.each([
    ['1h', 'kpi_1h', 'datacenter.pue'],
    ['1d', 'kpi_1d', 'datacenter.pue'],
    ['1h', 'kpi_1h', 'grid.unmanned_coverage_pct'],
    ['1d', 'kpi_1d', 'grid.unmanned_coverage_pct'],
  ] as const)('are what the api answers by %s without them', async (step, view, id) => {
    const regions = ['370000', '370100', '370102', '370202']
    const known = (
      await db.rows<{ region: string; start: number; value: number | null; coverage: number | null }>(
        `SELECT region, toFloat64(toUnixTimestamp64Milli(window_start)) AS start, value, coverage FROM db.${view}
         WHERE kpi = '${id}' AND region IN ('${regions.join("','")}') ORDER BY region, start`,
      )
    ).map(({ start, ...cell }) => ({ ...cell, window_start: start }))
    const range = { from: noon - 24 * hour, to: noon + 24 * hour }
    const { client: clickhouse, database } = db
    const kpi = kpiNamed(id)
    const series = await readSeries({
      clickhouse,
      database,
      historyTimeoutMs: 60_000,
      kpi,
      regions,
      range,
      step,
    })
    const answered = [...series].flatMap(([region, points]) =>
      points.map(({ window_start, value, coverage }) => ({ region, value, coverage, window_start })),
    )
    expect(answered).toEqual(known)
    expect(answered.length).toBeGreaterThan(0)
  })

  it('read only the windows and the KPI that are asked for', async () => {
    await db.client.command({
      query: `INSERT INTO ${db.database}.measures_rack_windows_store (county, window_start, window_end)
        SELECT '370102', toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + number * 60 AS start, start + 60 FROM numbers(100000)`,
    })
    const rowsRead = async (where: string) => {
      const result = await db.client.query({
        query: `SELECT value FROM ${db.database}.kpi_1h WHERE ${where}`,
        format: 'JSON',
      })
      const { statistics } = await result.json()
      return statistics?.rows_read
    }
    expect(await rowsRead("kpi = 'datacenter.it_load_kw'")).toBeGreaterThan(100_000)
    expect(
      await rowsRead(
        "kpi = 'datacenter.it_load_kw' AND window_start >= '2025-02-01 00:00:00' AND window_start < '2025-02-02 00:00:00'",
      ),
    ).toBeLessThan(20_000)
    expect(await rowsRead("kpi = 'datacenter.pue'")).toBeLessThan(1_000)
  })
})

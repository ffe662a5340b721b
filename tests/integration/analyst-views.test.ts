import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { sqlTime, type TestDatabase, testDatabase } from './database.ts'

const start = Date.UTC(2026, 5, 1, 4)
const minute = 60_000
const at = (minutes: number) => sqlTime(start + minutes * minute)
const place = (minutes: number) => ({ received_at: at(minutes), kafka_partition: 0, kafka_offset: minutes })

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db?.drop())

it('kpis: every KPI with its names, unit, formula and target', async () => {
  const rows = await db.rows<{ kpi: string }>('SELECT kpi FROM db.kpis ORDER BY kpi')
  expect(rows.map(({ kpi }) => kpi)).toEqual(kpis.map(({ id }) => id).toSorted())
  expect(await db.rows(`SELECT * FROM db.kpis WHERE kpi = 'datacenter.pue'`)).toEqual([
    {
      kpi: 'datacenter.pue',
      feed: 'datacenter',
      record: 'facility',
      zh: 'PUE（期间值）',
      en: 'PUE (interim)',
      unit: '1',
      formula: 'total_energy_kwh / it_energy_kwh',
      good: 'down',
      decimals: 3,
      target: 1.25,
      target_source: 'Provincial plan: PUE below 1.25',
      min_coverage: 0.8,
      source: 'ISO/IEC 30134-2: facility energy / IT energy; shorter than a year, hence interim (iPUE)',
    },
  ])
})

describe('alarms', () => {
  const report = (alarm: string, minutes: number, state: string, severity: string | null = null) => ({
    ...place(minutes),
    ...{ asset_id: 'cell-1', county: '370102', alarm_id: alarm, event_time: at(minutes) },
    ...{ state, perceived_severity: severity, probable_cause: null, specific_problem: null },
  })
  it('are every time that one was active, and for how long', async () => {
    const reports = [
      report('link', 0, 'cleared', 'CLEARED'),
      report('link', 10, 'raised', 'MINOR'),
      report('link', 12, 'raised', 'MAJOR'),
      report('link', 15, 'cleared', 'CLEARED'),
      report('link', 16, 'cleared', 'CLEARED'),
      report('link', 20, 'raised', 'CRITICAL'),
      report('power', 5, 'raised', 'CLEARED'),
    ]
    for (const _again of [1, 2]) await db.insert('readings_radio_alarm_events_store', reports)
    const rows = await db.rows(
      `SELECT alarm_id, county, severity, formatDateTime(raised_at, '%i') AS raised, formatDateTime(cleared_at, '%i') AS cleared,
         active_s, reports FROM db.alarms ORDER BY alarm_id, raised_at`,
    )
    const common = { county: '370102' }
    expect(rows).toEqual([
      {
        ...common,
        alarm_id: 'link',
        severity: 'MAJOR',
        raised: '10',
        cleared: '15',
        active_s: 300,
        reports: 4,
      },
      {
        ...common,
        alarm_id: 'link',
        severity: 'CRITICAL',
        raised: '20',
        cleared: null,
        active_s: null,
        reports: 1,
      },
      {
        ...common,
        alarm_id: 'power',
        severity: 'INDETERMINATE',
        raised: '05',
        cleared: null,
        active_s: null,
        reports: 1,
      },
    ])
    // Raised and cleared in one second, cleared and raised again in another: in the order of the log.
    const told = (alarm: string, state: string, kafka_offset: number) => ({
      ...report(alarm, 30, state, 'CRITICAL'),
      kafka_offset,
    })
    await db.insert('readings_radio_alarm_events_store', [
      told('short', 'raised', 1001),
      told('short', 'cleared', 1002),
      report('back', 25, 'raised', 'MAJOR'),
      told('back', 'cleared', 1003),
      told('back', 'raised', 1004),
    ])
    expect(
      await db.rows(`SELECT alarm_id, severity, cleared_at IS NULL AS active, active_s, reports FROM db.alarms
        WHERE alarm_id IN ('short', 'back') ORDER BY alarm_id, raised_at, active`),
    ).toEqual([
      { alarm_id: 'back', severity: 'MAJOR', active: 0, active_s: 300, reports: 2 },
      { alarm_id: 'back', severity: 'CRITICAL', active: 1, active_s: null, reports: 1 },
      { alarm_id: 'short', severity: 'CRITICAL', active: 0, active_s: 0, reports: 2 },
    ])
    expect(
      await db.rows(
        `SELECT formatDateTime(since, '%i') AS since FROM db.alarms_active WHERE alarm_id = 'back'`,
      ),
    ).toEqual([{ since: '30' }])
    // What is active now is what alarms_active says.
    const active = await db.rows(
      'SELECT alarm_id, severity FROM db.alarms WHERE cleared_at IS NULL ORDER BY alarm_id',
    )
    expect(active).toEqual(await db.rows('SELECT alarm_id, severity FROM db.alarms_active ORDER BY alarm_id'))
  })
})

describe('defects', () => {
  const report = (
    defect: string,
    minutes: number,
    grade: string,
    state: string,
    closed: number | null = null,
  ) => ({
    ...place(minutes),
    ...{ asset_id: 'line-1', county: '370102', defect_id: defect, event_time: at(minutes), grade, state },
    ...{ found_at: at(0), closed_at: closed === null ? null : at(closed) },
  })
  it('are as their last report has them, closed ones with the time that they were open', async () => {
    await db.insert('readings_grid_defect_events_store', [
      report('d1', 1, 'general', 'open'),
      report('d1', 30, 'serious', 'open'),
      report('d1', 100, 'serious', 'closed', 90),
      report('d2', 2, 'critical', 'open'),
      report('d3', 3, 'general', 'closed'),
      { ...report('d4', 50, 'general', 'open'), kafka_offset: 1001 },
      { ...report('d4', 50, 'general', 'closed', 40), kafka_offset: 1002 },
    ])
    const rows = await db.rows(
      'SELECT defect_id, grade, state, open_s, reports, closed_at IS NULL AS is_open FROM db.defects ORDER BY defect_id',
    )
    expect(rows).toEqual([
      { defect_id: 'd1', grade: 'serious', state: 'closed', open_s: 5400, reports: 3, is_open: 0 },
      { defect_id: 'd2', grade: 'critical', state: 'open', open_s: null, reports: 1, is_open: 1 },
      { defect_id: 'd3', grade: 'general', state: 'closed', open_s: 180, reports: 1, is_open: 0 },
      { defect_id: 'd4', grade: 'general', state: 'closed', open_s: 2400, reports: 2, is_open: 0 },
    ])
  })
})

describe('corrections', () => {
  const revision = (window: number, number: number, value: number | null, reason: string) => ({
    ...{ kpi: 'parking.occupancy_pct', region: '370102', level: 'county', record: 'parking' },
    ...{ window_start: at(window), window_end: at(window + 1), value, numerator: 1, denominator: 1 },
    ...{ status: number === 1 ? 'final' : 'corrected', revision: number, version: 10 * number, reason },
    ...{ late_readings: number - 1, computed_at: at(window + number) },
  })
  it('are the values that were told and are others now', async () => {
    await db.insert('kpi_revisions_windows_store', [
      revision(0, 1, 40, ''),
      revision(0, 2, 50, 'late'),
      revision(0, 3, 35, 'recompute'),
      revision(1, 1, 40, ''),
      revision(1, 2, 40, 'late'),
      revision(2, 1, null, ''),
      revision(2, 2, 20, 'late'),
      revision(3, 1, 7, ''),
    ])
    const rows = await db.rows(
      `SELECT formatDateTime(window_start, '%i') AS at, first_value, last_value, change, revisions, reason, late_readings
       FROM db.corrections WHERE window_start >= '${at(0)}' ORDER BY window_start`,
    )
    expect(rows).toEqual([
      {
        at: '00',
        first_value: 40,
        last_value: 35,
        change: -5,
        revisions: 3,
        reason: 'recompute',
        late_readings: expect.anything(),
      },
      {
        at: '02',
        first_value: null,
        last_value: 20,
        change: null,
        revisions: 2,
        reason: 'late',
        late_readings: expect.anything(),
      },
    ])
  })
})

describe('asset_status', () => {
  const asset = (asset_id: string, record: string, kind: string) => ({
    ...{ asset_id, record, kind, county: '370102', name: asset_id, period_s: 60, updated_at: at(0) },
  })
  it('says when an asset was heard of last and what it said, and null of one that never was', async () => {
    const reading = (minutes: number, rest: object) => ({
      ...place(minutes),
      ...{ asset_id: 'rack-1', county: '370102', event_time: at(minutes), ...rest },
    })
    await db.insert('assets_store', [
      asset('rack-1', 'rack', 'rack'),
      asset('rack-2', 'rack', 'rack'),
      asset('lot-1', 'parking', 'lot'),
    ])
    await db.insert('readings_rack_store', [
      reading(9, { it_power_w: 4_000, in_use: true }),
      reading(10, { it_power_w: 4_200.5 }),
      reading(3, { it_power_w: 1, inlet_temp_c: 22 }),
    ])
    const rows = await db.rows<{ silent_s: number | null }>(
      `SELECT asset_id, formatDateTime(last_seen, '%i') AS seen, silent_s, last_values FROM db.asset_status ORDER BY asset_id`,
    )
    expect(rows).toEqual([
      { asset_id: 'lot-1', seen: null, silent_s: null, last_values: {} },
      {
        asset_id: 'rack-1',
        seen: '10',
        silent_s: expect.any(Number),
        last_values: { it_power_w: '4200.5', in_use: 'true', inlet_temp_c: '22' },
      },
      { asset_id: 'rack-2', seen: null, silent_s: null, last_values: {} },
    ])
    expect(Math.abs(rows[1]!.silent_s! - (Date.now() - start - 10 * minute) / 1000)).toBeLessThan(60)
  })
})

describe('suspects', () => {
  const seen = (asset_id: string, minutes: number, rest: object) => ({
    ...place(minutes),
    ...{ asset_id, county: '370102', event_time: at(minutes), source: 'gateway-1' },
    ...rest,
  })
  it('are assets whose readings are not measured, with who sent them and why', async () => {
    const absent = { it_power_w: 0, inlet_temp_c: 0, suspect: true, suspect_reason: 'absent_sensor' }
    for (const _again of [1, 2])
      await db.insert('readings_rack_store', [
        seen('rack-absent', 500, absent),
        seen('rack-absent', 505, absent),
        seen('rack-absent', 506, { it_power_w: 900 }),
        seen('rack-admits', 501, { it_power_w: 900, suspect: true, source: null }),
        seen('rack-sound', 501, { it_power_w: 900, suspect: false }),
      ])
    await db.insert('readings_radio_pm_store', [seen('cell-admits', 502, { period_s: 60, suspect: true })])
    const rows = await db.rows(
      `SELECT record, asset_id, source, reason, toUInt32(readings) AS n, dateDiff('minute', first_seen, last_seen) AS minutes, last_values
       FROM db.suspects ORDER BY asset_id`,
    )
    expect(rows).toEqual([
      {
        record: 'radio_pm',
        asset_id: 'cell-admits',
        source: 'gateway-1',
        reason: 'said_by_device',
        n: 1,
        minutes: 0,
        last_values: { period_s: '60' },
      },
      {
        record: 'rack',
        asset_id: 'rack-absent',
        source: 'gateway-1',
        reason: 'absent_sensor',
        n: 2,
        minutes: 5,
        last_values: { it_power_w: '0', inlet_temp_c: '0' },
      },
      {
        record: 'rack',
        asset_id: 'rack-admits',
        source: null,
        reason: 'said_by_device',
        n: 1,
        minutes: 0,
        last_values: { it_power_w: '900' },
      },
    ])
  })
})

describe('assets_in_service', () => {
  const asset = (asset_id: string, county: string, from: number | null, to: number | null = null) => ({
    ...{ asset_id, record: 'parking', kind: 'lot', county, updated_at: at(0) },
    ...{ commissioned_at: from === null ? null : at(from), retired_at: to === null ? null : at(to) },
  })
  it('says how many there were of a kind in a region at any time', async () => {
    const other = await testDatabase()
    await other.insert('assets_store', [
      asset('always', '370102', null),
      asset('new', '370102', 10),
      asset('short', '370103', 10, 25),
      asset('replaced', '370103', 20),
      asset('never', '370103', 30, 30),
      asset('far', '370202', 40),
      asset('swapped', '370202', 40, 45),
      asset('swapped for', '370202', 45),
      { ...asset('site', '370102', 5), kind: 'site', record: 'radio_alarm' },
      { ...asset('heard of at 50', '370785', null), expected_from: at(50) },
      {
        ...asset('moves to 370786', '370786', 50, 59),
        former: [
          { county: '370785', until: at(52) },
          { county: '370784', until: at(54) },
        ],
      },
    ])
    await other.insert('assets_store', [{ ...asset('new', '370102', 15), updated_at: at(1) }])
    const rows = (region: string) =>
      other.rows(
        `SELECT if(since = 0, null, formatDateTime(since, '%i')) AS since, formatDateTime(until, '%i') AS until, toUInt32(assets) AS assets
         FROM db.assets_in_service WHERE region = '${region}' AND kind = 'lot' ORDER BY since NULLS FIRST`,
      )
    expect(await rows('370103')).toEqual([
      { since: '10', until: '20', assets: 1 },
      { since: '20', until: '25', assets: 2 },
      { since: '25', until: null, assets: 1 },
    ])
    expect(await rows('370785')).toEqual([
      { since: '50', until: '52', assets: 2 },
      { since: '52', until: null, assets: 1 },
    ])
    expect(await rows('370784')).toEqual([
      { since: '52', until: '54', assets: 1 },
      { since: '54', until: null, assets: 0 },
    ])
    expect(await rows('370786')).toEqual([
      { since: '54', until: '59', assets: 1 },
      { since: '59', until: null, assets: 0 },
    ])
    expect(await rows('370202')).toEqual([{ since: '40', until: null, assets: 2 }])
    expect(await rows('370100')).toEqual([
      { since: null, until: '10', assets: 1 },
      { since: '10', until: '15', assets: 2 },
      { since: '15', until: '20', assets: 3 },
      { since: '20', until: '25', assets: 4 },
      { since: '25', until: null, assets: 3 },
    ])
    expect(
      await other.rows(
        `SELECT region, region_zh, kind, toUInt32(assets) AS assets FROM db.assets_in_service
         WHERE level = 'province' AND since <= '${at(49)}' AND (until IS NULL OR until > '${at(49)}') ORDER BY kind`,
      ),
    ).toEqual([
      { region: '370000', region_zh: '山东省', kind: 'lot', assets: 5 },
      { region: '370000', region_zh: '山东省', kind: 'site', assets: 1 },
    ])
    await other.drop()
  })
})

describe('kpi_1h_compared', () => {
  const hour = 60
  const window = (county: string, minutes: number, energy: number, version = 1) => ({
    ...{ county, window_start: at(minutes), window_end: at(minutes + 15), computed_at: at(minutes) },
    ...{ status: 'final', revision: version, version, assets: 1, expected: 2, readings: 1 },
    ...{ total_energy_kwh: energy, it_energy_kwh: 100 },
  })
  it('has the values of a day and a week before, as they were corrected, and null where there is none', async () => {
    const day = 24 * hour
    await db.insert('measures_facility_windows_store', [
      window('370102', -7 * day, 110),
      window('370102', -7 * day + 15, 130),
      window('370102', -day, 180),
      window('370102', 0, 150),
      window('370102', hour, 160),
    ])
    await db.insert('measures_facility_windows_store', [window('370102', -day, 140, 2)])
    const common = { region: '370102', region_zh: '历下区', coverage: 0.5, status: 'final' }
    const rows = await db.rows(
      `SELECT region, region_zh, toHour(window_start) AS hour, value, value_1d_before, value_1w_before, coverage, status
       FROM db.kpi_1h_compared WHERE kpi = 'datacenter.pue' AND level = 'county' AND window_start >= '${at(0)}' ORDER BY window_start`,
    )
    expect(rows).toEqual([
      { ...common, hour: 4, value: 1.5, value_1d_before: 1.4, value_1w_before: 1.2 },
      { ...common, hour: 5, value: 1.6, value_1d_before: null, value_1w_before: null },
    ])
    // Of hours without windows of their own there is no row, though a day before there was one.
    const [all] = await db.rows(
      `SELECT toUInt32(count()) AS hours FROM db.kpi_1h_compared WHERE kpi = 'datacenter.pue' AND level = 'county'`,
    )
    expect(all).toEqual({ hours: 4 })
  })

  it('reads only the windows that it compares', async () => {
    await db.client.command({
      query: `INSERT INTO ${db.database}.measures_rack_windows_store (county, window_start, window_end)
        SELECT '370102', toDateTime64('2025-01-01 00:00:00', 3, 'UTC') + number * 60 AS start, start + 60 FROM numbers(100000)`,
    })
    const result = await db.client.query({
      query: `SELECT value, value_1w_before FROM ${db.database}.kpi_1h_compared
        WHERE kpi = 'datacenter.it_load_kw' AND window_start >= '2025-02-01 00:00:00' AND window_start < '2025-02-01 06:00:00'`,
      format: 'JSON',
    })
    const { statistics } = await result.json()
    expect(statistics?.rows_read).toBeLessThan(40_000)
  })
})

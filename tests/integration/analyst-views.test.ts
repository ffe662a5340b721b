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
      `SELECT record, asset_id, source, reason, toUInt32(readings) AS n, dateDiff('minute', first_seen, last_seen) AS minutes
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
      },
      {
        record: 'rack',
        asset_id: 'rack-absent',
        source: 'gateway-1',
        reason: 'absent_sensor',
        n: 2,
        minutes: 5,
      },
      { record: 'rack', asset_id: 'rack-admits', source: null, reason: 'said_by_device', n: 1, minutes: 0 },
    ])
  })
})

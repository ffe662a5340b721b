import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queryCensus } from '../../../processors/census/census-query.ts'
import { censusMeasures } from '../../../schemas/kpis/census.ts'
import type { CensusId } from '../../../schemas/kpis/kpi.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** Noon of 5 March in the province; the year began 63.5 days before. */
const at = Date.UTC(2026, 2, 5, 4)
const lixia = '370102'
const shizhong = '370103'

let db: TestDatabase
let offset = 0
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

function asset(id: string, kind: string, rest: object = {}): object {
  const record = { site: 'radio_alarm', rack: 'rack', lot: 'parking', line: 'grid_inspection' }[kind]
  return {
    asset_id: id,
    record,
    kind,
    county: lixia,
    updated_at: sqlTime(at),
    kafka_offset: offset++,
    ...rest,
  }
}

function reading(id: string, time: number, rest: object): object {
  return {
    asset_id: id,
    county: lixia,
    event_time: sqlTime(time),
    received_at: sqlTime(time),
    kafka_offset: offset++,
    ...rest,
  }
}

/** By county: the measures, and the readings behind them. */
async function take(census: CensusId): Promise<Record<string, Record<string, number>>> {
  const { client, database } = db
  const windows = [{ start: at - minute, end: at }]
  const found = await queryCensus({ clickhouse: client, database, census, windows, below: new Map() })
  return Object.fromEntries(
    [...found.get(at - minute)!].map(([county, { measures, readings }]) => [
      county,
      { ...Object.fromEntries(censusMeasures[census].map((id, i) => [id, measures[i]!])), readings },
    ]),
  )
}

const since = (ms: number) => sqlTime(at - ms)

describe('assets in service', () => {
  beforeAll(async () => {
    const life = (commissioned: number | null, retired: number | null) => ({
      commissioned_at: commissioned === null ? null : since(commissioned),
      retired_at: retired === null ? null : since(retired),
    })
    await db.insert('assets_store', [
      asset('site-old', 'site', life(400 * day, null)),
      asset('site-undated', 'site'),
      asset('site-retired', 'site', life(400 * day, day)),
      asset('site-planned', 'site', life(-day, null)),
      asset('site-elsewhere', 'site', { county: shizhong }),
      asset('rack-1', 'rack', life(day, null)),
      asset('rack-2', 'rack', life(day, -day)),
      asset('rack-3', 'rack', life(2 * day, day)),
      asset('lot-this-year', 'lot', life(63 * day, null)),
      asset('lot-this-year-closed', 'lot', life(10 * day, day)),
      asset('lot-last-year', 'lot', life(64 * day, null)),
      asset('lot-tomorrow', 'lot', life(-day, null)),
      asset('lot-undated', 'lot'),
    ])
  })

  it('count sites, racks, and car parks of this year', async () => {
    const radio = await take('radio_census')
    expect(radio[lixia]?.sites_in_service).toBe(2)
    expect(radio[shizhong]?.sites_in_service).toBe(1)
    expect(await take('datacenter_census')).toEqual({ [lixia]: { racks_in_service: 2, readings: 0 } })
    expect(await take('parking_census')).toEqual({ [lixia]: { lots_this_year: 2, readings: 0 } })
  })
})

describe('active critical alarms', () => {
  it('are those whose last report is a critical raise', async () => {
    const alarm = (site: string, id: string, ago: number, state: string, severity: string | null) =>
      reading(site, at - ago, { alarm_id: id, state, perceived_severity: severity })
    await db.insert('readings_radio_alarm_events_store', [
      alarm('s1', 'open', 5 * hour, 'raised', 'CRITICAL'),
      alarm('s1', 'cleared', 4 * hour, 'raised', 'CRITICAL'),
      alarm('s1', 'cleared', 3 * hour, 'cleared', null),
      alarm('s1', 'again', 2.9 * hour, 'raised', 'CRITICAL'),
      alarm('s1', 'again', 2.8 * hour, 'cleared', 'CLEARED'),
      alarm('s1', 'again', 2.7 * hour, 'raised', 'CRITICAL'),
      alarm('s1', 'eased', 2.6 * hour, 'raised', 'CRITICAL'),
      alarm('s1', 'eased', 2.5 * hour, 'raised', 'MAJOR'),
      alarm('s1', 'minor', 2.4 * hour, 'raised', 'MINOR'),
      alarm('s1', 'not yet', -hour, 'raised', 'CRITICAL'),
      // The same id at another site is another alarm.
      alarm('s2', 'cleared', hour, 'raised', 'CRITICAL'),
      // Came twice; the first holds.
      alarm('s3', 'twice', hour, 'raised', 'CRITICAL'),
      alarm('s3', 'twice', hour, 'raised', 'MINOR'),
      // Of one millisecond: several alarms, and one that is over, or back, in the order of the log.
      alarm('s4', 'power', hour, 'raised', 'CRITICAL'),
      alarm('s4', 'link', hour, 'raised', 'CRITICAL'),
      alarm('s4', 'short', hour, 'raised', 'CRITICAL'),
      alarm('s4', 'short', hour, 'cleared', 'CLEARED'),
      alarm('s4', 'back', hour, 'cleared', 'CLEARED'),
      alarm('s4', 'back', hour, 'raised', 'CRITICAL'),
      // The same within the window that ends now.
      alarm('s4', 'just short', 5, 'raised', 'CRITICAL'),
      alarm('s4', 'just short', 5, 'cleared', 'CLEARED'),
      alarm('s4', 'just back', 5, 'cleared', 'CLEARED'),
      alarm('s4', 'just back', 5, 'raised', 'CRITICAL'),
    ])
    // Of the 23, one is in the future and one came twice. Critical: 3, twice, power, link, back and just back.
    expect((await take('radio_census'))[lixia]).toMatchObject({ alarms_active_critical: 8, readings: 21 })
  })
})

describe('the grid', () => {
  beforeAll(async () => {
    const line = (id: string, kv: number, km: number, rest: object = {}) =>
      asset(id, 'line', { voltage_kv: kv, length_km: km, period_s: (30 * day) / 1000, ...rest })
    await db.insert('assets_store', [
      line('l220', 220, 100),
      line('l500', 500, 50, { county: shizhong }),
      line('l110', 110, 80),
      line('l-retired', 220, 999, { retired_at: since(day) }),
      line('l-unasked', 220, 10, { period_s: null }),
    ])
    const flight = (id: string, ago: number, from: number, to: number, method = 'unmanned') =>
      reading(id, at - ago, { method, from_km: from, to_km: to })
    await db.insert('readings_grid_inspection_events_store', [
      flight('l220', 40 * day, 0, 10),
      flight('l220', 39 * day, 5, 20),
      flight('l220', 38 * day, 90, 130),
      // A drone's second stretch in the same report.
      flight('l220', 38 * day, 95, 100),
      flight('l220', 37 * day, 40, 60, 'manned'),
      flight('l220', 70 * day, 60, 80),
      // Doubted: a reading, and nothing that was inspected.
      { ...flight('l220', 3 * day, 60, 90), suspect: true, suspect_reason: 'beyond_line' },
      flight('l220', -day, 30, 40),
      flight('l500', 2 * day, 0, 12.5),
      flight('l500', day, 0, 12.5),
      flight('l110', day, 0, 80),
      flight('l-retired', 2 * day, 0, 100),
    ])
    const defect = (id: string, ago: number, grade: string, found: number, closed?: number) =>
      reading('l220', at - ago, {
        defect_id: id,
        grade,
        state: closed === undefined ? 'open' : 'closed',
        found_at: since(found),
        closed_at: closed === undefined ? null : since(closed),
      })
    await db.insert('readings_grid_defect_events_store', [
      // Critical, found 30 h ago, still open: overdue.
      defect('d1', 30 * hour, 'critical', 30 * hour),
      // Critical, found 10 h ago, still open: not due yet.
      defect('d2', 10 * hour, 'critical', 10 * hour),
      // Critical, closed after 20 h: on time.
      defect('d3', 50 * hour, 'critical', 50 * hour),
      defect('d3', 30 * hour + 1, 'critical', 50 * hour, 30 * hour),
      // Serious, closed after 31 days: too late.
      defect('d4', 40 * day, 'serious', 40 * day),
      defect('d4', 9 * day, 'serious', 40 * day, 9 * day),
      // General, open for 60 days: not due yet.
      defect('d5', 60 * day, 'general', 60 * day),
      // Regraded from critical to serious after a day, open for 2 days: neither critical nor due.
      defect('d6', 48 * hour, 'critical', 48 * hour),
      defect('d6', 24 * hour, 'serious', 48 * hour),
      // Found last year and still open: critical, but not of this year.
      defect('d7', 80 * day, 'critical', 80 * day),
      // Found and closed in one report of the day, two defects of one line.
      defect('d9', 20 * hour, 'critical', 21 * hour),
      defect('d9', 20 * hour, 'critical', 21 * hour, 20 * hour),
      defect('d10', 20 * hour, 'general', 21 * hour),
      // Closed without a time: when it was reported, 5 h after it was found.
      reading('l220', at - 5 * hour, {
        defect_id: 'd8',
        grade: 'critical',
        state: 'closed',
        found_at: since(10 * hour),
        closed_at: null,
      }),
    ])
  })

  it('counts distinct kilometres, lines in their period, and defects', async () => {
    expect(await take('grid_census')).toEqual({
      [lixia]: {
        // 0 to 20 once, and 90 to the end of the line at 100.
        unmanned_km: 30,
        // l220 and l-unasked.
        in_service_km: 110,
        // d1, d2, d7.
        defects_open_critical: 3,
        // d3, d8, d9.
        defects_closed_on_time: 3,
        // d1, d3, d4, d8, d9.
        defects_due: 5,
        // l110; the last flight over l220 is 37 days old.
        lines_in_period: 1,
        // l220, l110.
        lines_in_service: 2,
        // 12 inspections, one of them in the future, and 14 reports of defects.
        readings: 25,
      },
      [shizhong]: {
        unmanned_km: 12.5,
        in_service_km: 50,
        defects_open_critical: 0,
        defects_closed_on_time: 0,
        defects_due: 0,
        lines_in_period: 1,
        lines_in_service: 1,
        readings: 0,
      },
    })
  })
})

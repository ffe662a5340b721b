import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CensusByWindow, queryCensus } from '../../../processors/census/census-query.ts'
import type { Below } from '../../../schemas/clickhouse/census/census-sources.ts'
import { readingTable } from '../../../schemas/clickhouse/reading-tables.ts'
import { type CensusId, censusIds } from '../../../schemas/kpis/kpi.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

/**
 * One query for many windows gives what one query for each gives. Those are checked by hand in census-sql.test.ts.
 */
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** New year in the province: the first windows end in the old year. */
const newYear = Date.UTC(2025, 11, 31, 16)
const first = newYear + 6 * hour
const windows = Array.from({ length: 40 }, (_, i) => ({
  start: first + i * minute,
  end: first + (i + 1) * minute,
}))
const counties = ['370102', '370103', '370202']
const everything: Below = new Map()

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  await db.insert('assets_store', assets())
  await db.insert('readings_radio_alarm_events_store', alarms())
  await db.insert('readings_grid_inspection_events_store', inspections())
  await db.insert('readings_grid_defect_events_store', defects())
})
afterAll(() => db.drop())

/** The same numbers at every run. */
let seed = 7
function below(limit: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
  return Math.floor((seed / 0x80000000) * limit)
}

/** Mostly within the windows, else days before; now and then exactly at an end. */
function someTime(): number {
  const kind = below(10)
  if (kind === 0) return first + below(41) * minute
  return kind < 4 ? first - below(30 * day) : first + below(41 * minute)
}

function assets(): object[] {
  const kinds = { site: 'radio_alarm', rack: 'rack', lot: 'parking', line: 'grid_inspection' }
  return Object.entries(kinds).flatMap(([kind, record]) =>
    Array.from({ length: 30 }, (_, i) => ({
      asset_id: `${kind}-${i}`,
      record,
      kind,
      county: counties[i % 3],
      updated_at: sqlTime(first),
      kafka_offset: i,
      voltage_kv: i % 4 === 0 ? 110 : 220,
      length_km: 10 + i,
      period_s: i % 5 === 0 ? null : 60 * (1 + below(40)),
      commissioned_at: i % 3 === 0 ? null : sqlTime(someTime()),
      retired_at: i % 7 === 0 ? sqlTime(someTime()) : null,
    })),
  )
}

/** Readings of a feed; one in ten comes twice. */
function feed(count: number, asset: string, rest: () => object): object[] {
  const rows: object[] = []
  for (let offset = 0; rows.length < count; offset += 1) {
    const partition = below(2)
    const row = {
      asset_id: `${asset}-${2 * below(5) + partition}`,
      county: counties[below(3)],
      event_time: sqlTime(someTime()),
      received_at: sqlTime(first),
      kafka_partition: partition,
      kafka_offset: offset,
      ...rest(),
    }
    rows.push(row)
    if (below(10) === 0) rows.push({ ...row, kafka_offset: offset + 1000, ...rest() })
  }
  return rows
}

function alarms(): object[] {
  return feed(900, 'site', () => ({
    alarm_id: `a${below(6)}`,
    state: ['raised', 'cleared'][below(2)],
    perceived_severity: ['CRITICAL', 'CRITICAL', 'MINOR', null][below(4)],
  }))
}

function inspections(): object[] {
  return feed(400, 'line', () => {
    const from = below(200) / 10
    const suspect = [true, false, null, null, null, null][below(6)]
    return { method: ['unmanned', 'manned'][below(2)], from_km: from, to_km: from + below(50) / 10, suspect }
  })
}

function defects(): object[] {
  return feed(500, 'line', () => {
    const found = first - below(100) * day + below(3 * day)
    const state = ['open', 'closed'][below(2)]
    return {
      defect_id: `d${below(8)}`,
      grade: ['critical', 'serious', 'general'][below(3)],
      state,
      found_at: sqlTime(found),
      closed_at: state === 'closed' && below(3) > 0 ? sqlTime(found + below(40 * day)) : null,
    }
  })
}

async function take(census: CensusId, some: typeof windows, readings = everything): Promise<object> {
  const { client, database } = db
  const found = await queryCensus({ clickhouse: client, database, census, windows: some, below: readings })
  return plain(found)
}

/** Sums of floating-point numbers differ in the last digits with their order. */
function plain(found: CensusByWindow): object {
  return Object.fromEntries(
    [...found].map(([start, byCounty]) => [
      start,
      Object.fromEntries(
        [...byCounty]
          .sort()
          .map(([county, { measures, readings }]) => [
            county,
            [...measures.map(measure => Number(measure.toFixed(6))), readings],
          ]),
      ),
    ]),
  )
}

describe.each(censusIds)('%s', census => {
  it('is the same for many windows at once as for each by itself', async () => {
    const together = await take(census, windows)
    const some = windows.filter((_, i) => i % 4 === 0 || i === windows.length - 1)
    const single = await Promise.all(some.map(window => take(census, [window])))
    expect(together).toMatchObject(Object.assign({}, ...single))
    expect(Object.keys(together)).toHaveLength(windows.length)
    const distinct = new Set(Object.values(together).map(window => JSON.stringify(window)))
    expect(distinct.size, 'the windows differ').toBeGreaterThan(2)
  })
})

describe.each([
  ['radio_census', ['radio_alarm']],
  ['grid_census', ['grid_inspection', 'grid_defect']],
] as const)('%s', (census, records) => {
  it('counts only what lies below the given offsets', async () => {
    const offsets = new Map([
      [0, 250],
      [1, 100],
    ])
    const half: Below = new Map(records.map(record => [record, offsets]))
    const before = await take(census, windows, half)
    expect(before).not.toEqual(await take(census, windows))
    for (const record of records) {
      const table = `${db.database}.${readingTable(record).name}`
      await db.client.command({
        query: `DELETE FROM ${table} WHERE kafka_offset >= if(kafka_partition = 0, 250, 100)`,
      })
    }
    expect(await take(census, windows)).toEqual(before)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lineage } from '../../../api/rest/provenance/lineage-schema.ts'
import { parseLineage, parseRevisions } from '../../../api/wallboard/protocol/parse-lineage.ts'
import { contributionsOf, termsOf } from '../../../api/wallboard/state/contributions.ts'
import { buildRegional } from '../../../processors/regional/build-regional.ts'
import type { OffsetRange } from '../../../processors/regional/regional-message.ts'
import { emptyTotals, rollUp, type Totals } from '../../../processors/regional/totals.ts'
import { censusMeasures } from '../../../schemas/kpis/census.ts'
import { type CensusId, censusIds } from '../../../schemas/kpis/kpi.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import type { Measure } from '../../../schemas/measures/measure.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { window } from '../../api/cells/windows.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { RegionalProducer } from './regional-producer.ts'
import {
  counted,
  firstOfEach,
  minute,
  type Seen,
  type Sent,
  storeMessage,
  storeReadings,
  ToldWindow,
} from './told-windows.ts'

const kpi = 'parking.occupancy_pct'
const start = Date.UTC(2026, 5, 1, 4)
const [lixia, shizhong, shinan, shibei] = ['370102', '370103', '370202', '370203'] as const
const expected = { [lixia]: 3, [shizhong]: 1, [shinan]: 2, [shibei]: 1 }

const sent = (
  lot: string,
  county: string,
  partition: number,
  offset: number,
  at: number,
  occupied: number,
  rest: Partial<Sent> = {},
): Sent => ({ lot, county, partition, offset, at, occupied, capacity: 100, ...rest })

/** In the order of the log; `seen` says which of it each revision of the province had seen. */
const log: readonly Sent[] = [
  sent('a', lixia, 0, 10, 1_000, 30),
  sent('a', lixia, 0, 11, 2_000, 50),
  // Came twice: the first holds.
  sent('a', lixia, 0, 12, 1_000, 99),
  sent('before', lixia, 0, 13, -1, 77),
  sent('after', lixia, 0, 14, minute, 77),
  sent('b', lixia, 1, 5, 59_999, 20),
  sent('shut', lixia, 1, 6, 3_000, 88, { status: 'closed' }),
  sent('c', shizhong, 1, 7, 4_000, 10),
  sent('d', shinan, 3, 2, 5_000, 60, { capacity: 70 }),
  // Late: in revision 2 of their regions.
  sent('e', lixia, 1, 20, 6_000, 90),
  sent('e', lixia, 1, 21, 7_000, 80),
  // Late: in revision 3 of the province, 2 of Qingdao.
  sent('f', shinan, 0, 33, 0, 5),
  // Not in any revision yet.
  sent('g', lixia, 0, 40, 8_000, 100),
  sent('h', shinan, 2, 1, 9_000, 100),
]
const seen: readonly Seen[] = [
  [20, 10, 0, 3],
  [25, 22, 1, 3],
  [40, 22, 1, 3],
]
const firsts = firstOfEach(log)

interface Revisions {
  readonly window_start: number
  readonly window_end: number
  readonly revisions: readonly Readonly<Record<string, unknown>>[]
  readonly live: Readonly<Record<string, unknown>> | null
}

let db: TestDatabase
let api: ApiProcess
let producer: RegionalProducer

beforeAll(async () => {
  db = await testDatabase()
  await storeReadings(db, start, log)
  const told = new ToldWindow(db, start, log, expected)
  await told.tell(seen[0]!)
  await told.tell(seen[1]!, 'late')
  await told.tell(seen[2]!, 'late')
  producer = await RegionalProducer.connect()
  api = await startApi({ CLICKHOUSE_DATABASE: db.database })
})

afterAll(async () => {
  await api?.stop()
  await producer?.disconnect()
  await db?.drop()
})

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${api.url}/v1/kpis/${path}`)
  expect(response.status, path).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return (await response.json()) as T
}

const lineage = (region: string, rest = '', of = kpi, at: number | string = start) =>
  get<Lineage>(`${of}/lineage?region=${region}&window_start=${at}${rest}`)
const revisions = (region: string, of = kpi, at: number | string = start) =>
  get<Revisions>(`${of}/revisions?region=${region}&window_start=${at}`)

/** Runs SQL as somebody who pastes it would. */
async function run(sql: string | null): Promise<Record<string, unknown>[]> {
  if (sql === null) throw new Error('there is no SQL')
  const result = await db.client.query({
    query: sql,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return result.json()
}

const place = ({ partition, offset }: Sent) => `${partition}/${offset}`
const placeOf = (row: Readonly<Record<string, unknown>>) => `${row.kafka_partition}/${row.kafka_offset}`

describe('revisions', () => {
  test('say what was known when, oldest first, and why', async () => {
    const answer = await revisions('370000')
    expect(parseRevisions(answer)).toHaveLength(3)
    expect(answer).toMatchObject({
      kpi,
      region: '370000',
      window_start: start,
      window_end: start + minute,
      live: null,
    })
    // 40 + 20, 10 and 60 of 370; then 85 of 100 more; then 5 of 100 more, each car park with its mean.
    const values = [130 / 3.7, 215 / 4.7, 220 / 5.7]
    const common = { denominator: expect.any(Number), event_time_max: start + 59_999, expected: 7 }
    expect(answer.revisions).toEqual([
      {
        ...common,
        revision: 1,
        status: 'final',
        value: expect.closeTo(values[0]!, 9),
        value_before: null,
        numerator: 130,
        coverage: expect.closeTo(5 / 7, 9),
        assets: 5,
        readings: 6,
        duplicates: 1,
        version: 33,
        computed_at: start + 2 * minute,
        reason: null,
        late_readings: 0,
      },
      {
        ...common,
        revision: 2,
        status: 'corrected',
        value: expect.closeTo(values[1]!, 9),
        value_before: expect.closeTo(values[0]!, 9),
        numerator: 215,
        coverage: expect.closeTo(6 / 7, 9),
        assets: 6,
        readings: 8,
        duplicates: 1,
        version: 51,
        computed_at: start + 2 * minute + 1_000,
        reason: 'late',
        late_readings: 2,
      },
      {
        ...common,
        revision: 3,
        status: 'corrected',
        value: expect.closeTo(values[2]!, 9),
        value_before: expect.closeTo(values[1]!, 9),
        numerator: 220,
        coverage: 1,
        assets: 7,
        readings: 9,
        duplicates: 1,
        version: 66,
        computed_at: start + 2 * minute + 2_000,
        reason: 'late',
        late_readings: 1,
      },
    ])
  })

  test('are those of the region asked for', async () => {
    const numbers = async (region: string) =>
      (await revisions(region)).revisions.map(({ revision }) => revision)
    expect(await numbers(lixia)).toEqual([1, 2])
    expect(await numbers('370100')).toEqual([1, 2])
    expect(await numbers('circle-jiaodong')).toEqual([1, 2])
    expect(await numbers(shizhong)).toEqual([1])
  })

  test.each([
    ['its start', start],
    ['a moment within it', start + minute - 1],
    ['RFC 3339', '2026-06-01T04:00:30Z'],
    ['RFC 3339 with an offset', encodeURIComponent('2026-06-01T12:00:00+08:00')],
  ])('are found by %s', async (_how, at) => {
    expect(await revisions('370000', kpi, at)).toMatchObject({
      window_start: start,
      window_end: start + minute,
    })
  })

  test('of an open window are none yet, but its value so far is there', async () => {
    const now = Math.floor(Date.now() / minute) * minute
    const open = {
      region: lixia,
      record: 'rack',
      window_start: now,
      status: 'provisional',
      revision: 0,
    } as const
    await producer.publish(window({ ...open, version: 5, value: 12.5, coverage: 0.4 }))
    const path = `datacenter.it_load_kw/revisions?region=${lixia}&window_start=${now + 1_000}`
    const answer = async () => (await (await fetch(`${api.url}/v1/kpis/${path}`)).json()) as Revisions
    await expect.poll(answer, { timeout: 30_000 }).toMatchObject({
      window_start: now,
      revisions: [],
      live: {
        kpi: 'datacenter.it_load_kw',
        status: 'provisional',
        revision: 0,
        value: 12.5,
        coverage: 0.4,
        version: 5,
      },
    })
    const none = await fetch(
      `${api.url}/v1/kpis/datacenter.it_load_kw/lineage?region=${lixia}&window_start=${now}`,
    )
    expect(await none.json()).toMatchObject({
      code: 'window_not_found',
      hint: expect.stringContaining('so far'),
    })

    await producer.publish(window({ ...open, status: 'final', revision: 1, version: 5, value: 13 }))
    await expect.poll(answer, { timeout: 30_000 }).toMatchObject({ live: { status: 'final', value: 13 } })
    const message = buildRegional(
      {
        series: 'rack',
        measures: measureSets.rack.measures,
        start: now,
        end: now + minute,
        status: 'final',
        revision: 1,
        version: 5,
        observedUntil: now + minute,
        computedAt: now + minute,
        lineage: [],
      },
      lixia,
      { ...emptyTotals(measureSets.rack.measures), expected: 1 },
    )
    await storeMessage(db, message)
    expect(await answer()).toMatchObject({ revisions: [{ revision: 1, status: 'final' }], live: null })
  })
})

describe('the lineage', () => {
  test.each([
    [lixia, [lixia]],
    ['370100', [lixia, shizhong]],
    ['circle-jiaodong', [shinan, shibei]],
    ['370000', [lixia, shizhong, shinan, shibei]],
  ])('of %s adds up from its counties', async (region, counties) => {
    const { adds_up, differences, counties: rows, totals, cell, last_revision } = await lineage(region)
    expect({ adds_up, differences }).toEqual({ adds_up: true, differences: [] })
    expect(rows!.map(({ county }) => county)).toEqual(counties)
    expect(cell.revision).toBe(last_revision)
    const read = parseLineage(await lineage(region))
    expect(read && termsOf(read).map(term => contributionsOf(read, term)?.joined)).toEqual(['sum', 'sum'])
    for (const name of ['assets', 'expected', 'readings', 'duplicates'] as const) {
      expect(
        rows!.reduce((sum, row) => sum + row[name], 0),
        name,
      ).toBe(cell[name])
    }
    for (const name of ['occupied', 'capacity']) {
      expect(
        rows!.reduce((sum, row) => sum + row.measures[name]!, 0),
        name,
      ).toBeCloseTo(totals!.measures[name]!, 9)
    }
    expect((100 * totals!.measures.occupied!) / totals!.measures.capacity!).toBeCloseTo(cell.value!, 9)
  })

  test('gives each county with its own value and revision', async () => {
    const { counties, formula } = await lineage('370000')
    expect(counties).toMatchObject([
      { county: lixia, value: 145 / 3, measures: { occupied: 145, capacity: 300 }, revision: 2, version: 51 },
      { county: shizhong, value: 10, measures: { occupied: 10, capacity: 100 }, revision: 1, version: 33 },
      { county: shinan, value: expect.closeTo(65 / 1.7, 9), revision: 2, status: 'corrected' },
      {
        county: shibei,
        value: null,
        numerator: 0,
        denominator: 0,
        readings: 0,
        expected: 1,
        status: 'final',
      },
    ])
    expect(formula).toMatchObject({
      text: '100 × occupied / capacity',
      scale: 100,
      factors: [{ numerator: { term: 'occupied', kind: 'measure', unit: 'spaces' } }],
    })
  })

  test('says how far it has seen the log, and why it was computed again', async () => {
    const { offsets, cell } = await lineage('370000')
    const topic = 'telemetry.parking'
    expect(offsets).toEqual([
      { topic, partition: 0, from_offset: 10, through_offset: 40 },
      { topic, partition: 1, from_offset: 5, through_offset: 22 },
      { topic, partition: 2, from_offset: -1, through_offset: 1 },
      { topic, partition: 3, from_offset: 2, through_offset: 3 },
    ])
    expect(cell).toMatchObject({ reason: 'late', late_readings: 1, revision: 3 })
  })

  test.each([
    [lixia, [lixia], 1],
    ['370100', [lixia, shizhong], 1],
    ['circle-jiaodong', [shinan, shibei], 2],
    ['370000', [lixia, shizhong, shinan, shibei], 2],
  ] as const)('of %s ends at exactly the readings below it', async (region, counties, last) => {
    const behind = firsts.filter(
      reading => (counties as readonly string[]).includes(reading.county) && counted(reading, seen[last]!),
    )
    const { readings, sql, cell } = await lineage(region, '&readings=1000')
    expect(readings.map(placeOf)).toEqual(behind.map(place))
    expect(readings).toHaveLength(cell.readings)
    expect((await run(sql.readings)).map(placeOf)).toEqual(behind.map(place))
  })

  test('gives the first readings with what the KPI looks at', async () => {
    const { readings } = await lineage('370000', '&readings=2')
    const fields = { capacity: 100, status: 'open', suspect: null }
    expect(readings).toEqual([
      {
        asset_id: 'a',
        county: lixia,
        event_time: start + 1_000,
        kafka_partition: 0,
        kafka_offset: 10,
        fields: { ...fields, occupied: 30 },
      },
      {
        asset_id: 'a',
        county: lixia,
        event_time: start + 2_000,
        kafka_partition: 0,
        kafka_offset: 11,
        fields: { ...fields, occupied: 50 },
      },
    ])
    expect((await lineage('370000')).readings).toEqual([])
  })

  test('gives SQL that returns the counties it shows', async () => {
    const { counties, sql } = await lineage('370000')
    const rows = await run(sql.counties)
    expect(
      rows.map(row => [row.county, row.occupied, row.capacity, row.readings, row.revision, row.version]),
    ).toEqual(
      counties!.map(({ county, measures, readings, revision, version }) => [
        county,
        measures.occupied,
        measures.capacity,
        readings,
        revision,
        version,
      ]),
    )
    expect(rows[0]).toMatchObject({ lineage_partition: [0, 1, 2, 3], lineage_through_offset: [25, 22, 1, 3] })
  })

  test.each([1, 2])(
    'of revision %i has its own cell, offsets and readings, but no counties',
    async revision => {
      const vector = seen[revision - 1]!
      const answer = await lineage('370000', `&revision=${revision}&readings=1000`)
      expect(answer).toMatchObject({
        last_revision: 3,
        cell: { revision },
        counties: null,
        totals: null,
        adds_up: null,
        differences: [],
        sql: { counties: null, census: null },
      })
      expect(answer.offsets.map(({ through_offset }) => through_offset)).toEqual(vector)
      const behind = firsts.filter(reading => counted(reading, vector)).map(place)
      expect(answer.readings.map(placeOf)).toEqual(behind)
      expect((await run(answer.sql.readings)).map(placeOf)).toEqual(behind)
      expect(behind).toHaveLength(answer.cell.readings)
    },
  )

  test('of the last revision is the same, whether it is asked for by number or not', async () => {
    expect(await lineage('370000', '&revision=3')).toEqual(await lineage('370000'))
  })

  test.each([
    ['the readings', { readings: 6 }, ['readings']],
    ['a measure', { occupied: 146 }, ['numerator', 'value']],
    ['what was expected', { expected: 4 }, ['expected']],
    ['the assets', { assets: 4 }, ['assets']],
    ['the duplicates', { duplicates: 0 }, ['duplicates']],
  ])('does not add up when somebody changed %s of a county', async (_what, change, found) => {
    const other = start + 10 * minute * (1 + tampered.indexOf(found[0]!))
    const told = new ToldWindow(db, other, log, expected)
    await told.tell(seen[0]!)
    expect((await lineage('370000', '', kpi, other)).adds_up).toBe(true)
    const [row] = await run(
      `SELECT * FROM ${db.database}.measures_parking WHERE county = '${lixia}' AND window_start = '${sqlTime(other)}'`,
    )
    await db.insert('measures_parking_windows_store', [{ ...row, version: 999, ...change }])
    for (const region of [lixia, '370100', '370000']) {
      const { adds_up, differences } = await lineage(region, '', kpi, other)
      expect(adds_up, region).toBe(false)
      expect(
        differences.map(({ of }) => of),
        region,
      ).toEqual(found)
    }
    expect((await lineage('circle-jiaodong', '', kpi, other)).adds_up).toBe(true)
  })
  const tampered = ['readings', 'numerator', 'expected', 'assets', 'duplicates']

  test('does not add up when a county is missing', async () => {
    const other = start + 100 * minute
    await new ToldWindow(db, other, log, expected).tell(seen[0]!)
    await db.client.command({
      query: `ALTER TABLE ${db.database}.measures_parking_windows_store DELETE WHERE county = '${shizhong}' AND window_start = '${sqlTime(other)}' SETTINGS mutations_sync = 2`,
    })
    const { adds_up, differences } = await lineage('370000', '', kpi, other)
    expect(adds_up).toBe(false)
    expect(differences).toContainEqual({ of: 'readings', stored: 6, computed: 5 })
  })
})

describe('a census', () => {
  const asset = (id: string, kind: string, county: string, rest: object = {}) => ({
    asset_id: id,
    record: { lot: 'parking', line: 'grid_inspection', site: 'radio_alarm', rack: 'rack' }[kind],
    kind,
    county,
    commissioned_at: sqlTime(start - 86_400_000),
    updated_at: sqlTime(start),
    ...rest,
  })

  beforeAll(async () => {
    await db.insert('assets_store', [
      asset('lot-1', 'lot', lixia),
      asset('lot-2', 'lot', lixia),
      asset('lot-3', 'lot', shinan),
      asset('line-1', 'line', lixia, { voltage_kv: 220, length_km: 40, period_s: 86_400 }),
      asset('line-2', 'line', shizhong, { voltage_kv: 500, length_km: 60, period_s: 86_400 }),
      asset('site-1', 'site', shinan),
      asset('rack-1', 'rack', shinan),
    ])
    const flight = (from_km: number, to_km: number, kafka_offset: number) => ({
      asset_id: 'line-1',
      county: lixia,
      event_time: sqlTime(start - minute + kafka_offset),
      received_at: sqlTime(start),
      method: 'unmanned',
      from_km,
      to_km,
      kafka_offset,
    })
    // The second one came after the census was taken.
    await db.insert('readings_grid_inspection_events_store', [flight(0, 10, 1), flight(10, 30, 2)])
    for (const census of censusIds) await takeCensus(census)
  })

  /** What the census finds, by hand. */
  const found: Readonly<Record<CensusId, Readonly<Record<string, Readonly<Record<string, number>>>>>> = {
    parking_census: { [lixia]: { lots_this_year: 2 }, [shinan]: { lots_this_year: 1 } },
    radio_census: { [shinan]: { sites_in_service: 1 } },
    datacenter_census: { [shinan]: { racks_in_service: 1 } },
    grid_census: {
      [lixia]: { unmanned_km: 10, in_service_km: 40, lines_in_period: 1, lines_in_service: 1, readings: 1 },
      [shizhong]: { in_service_km: 60, lines_in_service: 1 },
    },
  }

  const lineages: Readonly<Record<CensusId, readonly OffsetRange[]>> = {
    parking_census: [],
    datacenter_census: [],
    radio_census: [
      { partition: 0, from_offset: 0, through_offset: 7 },
      { partition: 1, from_offset: 0, through_offset: 0 },
    ],
    grid_census: [
      { partition: 0, from_offset: 0, through_offset: 2 },
      { partition: 1_000, from_offset: 0, through_offset: 4 },
    ],
  }

  async function takeCensus(census: CensusId): Promise<void> {
    const measures = censusMeasures[census].map((id): Measure => ({ id, op: 'sum', unit: '1' }))
    const totals = [lixia, shizhong, shinan, shibei].map((county): [string, Totals] => [
      county,
      {
        ...emptyTotals(measures),
        readings: found[census][county]?.readings ?? 0,
        measures: measures.map(({ id }) => found[census][county]?.[id] ?? 0),
      },
    ])
    const facts = {
      series: census,
      measures,
      start,
      end: start + minute,
      status: 'final',
      revision: 1,
      version: start + 2 * minute,
      observedUntil: start + minute,
      computedAt: start + 2 * minute,
      lineage: lineages[census],
    } as const
    for (const [region, total] of rollUp(measures, new Map(totals))) {
      await storeMessage(db, buildRegional(facts, region, total))
    }
  }

  test('adds up from the values of its counties', async () => {
    const province = await lineage('370000', '', 'grid.unmanned_coverage_pct')
    expect(province).toMatchObject({
      adds_up: true,
      cell: { value: 10, numerator: 10, denominator: 100, revision: 1, readings: 1 },
      totals: { measures: { unmanned_km: 10, in_service_km: 100 } },
      offsets: [
        { topic: 'telemetry.grid_inspection', partition: 0, from_offset: 0, through_offset: 2 },
        { topic: 'telemetry.grid_defect', partition: 0, from_offset: 0, through_offset: 4 },
      ],
      readings: [],
      sql: { readings: null },
    })
    expect(province.counties).toMatchObject([
      { county: lixia, value: 25, measures: { unmanned_km: 10, in_service_km: 40 } },
      { county: shizhong, value: 0, measures: { unmanned_km: 0, in_service_km: 60 } },
      { county: shinan, value: null, measures: { unmanned_km: 0, in_service_km: 0 } },
      { county: shibei, value: null },
    ])
    expect(await lineage('370100', '', 'parking.lots_this_year')).toMatchObject({
      adds_up: true,
      offsets: [],
      cell: { value: 2 },
      counties: [
        { county: lixia, value: 2, numerator: 2, denominator: 1 },
        { county: shizhong, value: 0 },
      ],
    })
  })

  test.each(kpis.filter(({ of }) => censusIds.some(id => id === of)).map(({ id }) => id))(
    '%s gives SQL that comes to its counties',
    async id => {
      const { counties, sql, adds_up } = await lineage('370000', '&readings=10', id)
      expect(adds_up).toBe(true)
      const asked = new Map((await run(sql.census)).map(({ county, ...measures }) => [county, measures]))
      for (const { county, measures, readings } of counties!) {
        for (const [name, number] of Object.entries({ ...measures, readings })) {
          expect(asked.get(county)?.[name] ?? 0, `${county} ${name}`).toBe(number)
        }
      }
      const stored = await run(sql.counties)
      expect(stored.map(({ county, value }) => [county, value])).toEqual(
        counties!.map(({ county, value }) => [county, value]),
      )
    },
  )

  test('does not add up when a county has changed', async () => {
    const [row] = await run(
      `SELECT * FROM ${db.database}.kpi WHERE kpi = 'radio.sites_in_service' AND region = '${shinan}'`,
    )
    await db.insert('kpi_windows_store', [{ ...row, numerator: 2, value: 2, version: start + 3 * minute }])
    expect(await lineage('370000', '', 'radio.sites_in_service')).toMatchObject({
      adds_up: false,
      differences: [
        { of: 'numerator', stored: 1, computed: 2 },
        { of: 'value', stored: 1, computed: 2 },
      ],
    })
  })
})

test('every KPI has a lineage whose SQL runs, of a window without a reading too', async () => {
  const silent = start + 500 * minute
  for (const record of recordIds) {
    const { measures } = measureSets[record]
    const facts = {
      series: record,
      measures,
      start: silent,
      end: silent + minute,
      status: 'final',
      revision: 1,
      version: 0,
      observedUntil: silent + minute,
      computedAt: silent + minute,
      lineage: [],
    } as const
    await storeMessage(db, buildRegional(facts, lixia, { ...emptyTotals(measures), expected: 2 }))
  }
  const ofRecords = kpis.filter(({ of }) => recordIds.some(id => id === of))
  expect(ofRecords.length).toBeGreaterThan(15)
  for (const { id } of ofRecords) {
    const { adds_up, counties, sql, readings } = await lineage(lixia, '&readings=5', id, silent)
    expect({ adds_up, readings, counties: counties?.length }, id).toEqual({
      adds_up: true,
      readings: [],
      counties: 1,
    })
    expect(await run(sql.counties), id).toHaveLength(1)
    expect(await run(sql.readings), id).toEqual([])
  }
})

describe('what is not there', () => {
  test.each([
    ['weather.rain/revisions?window_start=0', 404, 'unknown_kpi'],
    [`${kpi}/revisions?region=999999&window_start=${start}`, 400, 'unknown_region'],
    [`${kpi}/revisions?region=370000`, 400, 'invalid_request'],
    [`${kpi}/revisions?window_start=${start - 1}`, 404, 'window_not_found'],
    [`${kpi}/revisions?window_start=6999999999999`, 404, 'window_not_found'],
    [`${kpi}/revisions?window_start=999999999999999`, 400, 'invalid_request'],
    [`${kpi}/revisions?region=371724&window_start=${start}`, 404, 'window_not_found'],
    ['weather.rain/lineage?window_start=0', 404, 'unknown_kpi'],
    [`${kpi}/lineage?region=999999&window_start=${start}`, 400, 'unknown_region'],
    [`${kpi}/lineage?window_start=2026-06-01`, 400, 'invalid_request'],
    [`${kpi}/lineage?window_start=${start}&readings=1001`, 400, 'invalid_request'],
    [`${kpi}/lineage?window_start=0`, 404, 'window_not_found'],
    [`${kpi}/lineage?window_start=${start + minute}`, 404, 'window_not_found'],
    [`${kpi}/lineage?window_start=${start}&revision=4`, 404, 'revision_not_found'],
    [`${kpi}/lineage?region=${shizhong}&window_start=${start}&revision=2`, 404, 'revision_not_found'],
    [
      `${kpi}/lineage?window_start=${start}&region=${encodeURIComponent("370000' OR 1 --")}`,
      400,
      'unknown_region',
    ],
  ])('%s is a problem: %i %s', async (path, status, code) => {
    const response = await fetch(`${api.url}/v1/kpis/${path}`)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await response.json()).toMatchObject({ status, code })
    expect(response.status).toBe(status)
  })

  test('without ClickHouse both say so and when to come again', async () => {
    const alone = await startApi({ CLICKHOUSE_DATABASE: db.database, CLICKHOUSE_URL: 'http://127.0.0.1:1' })
    try {
      for (const route of ['revisions', 'lineage']) {
        const response = await fetch(`${alone.url}/v1/kpis/${kpi}/${route}?window_start=${start}`)
        expect(await response.json()).toMatchObject({ status: 503, code: 'history_unavailable' })
        expect(response.headers.get('retry-after')).toBe('5')
      }
    } finally {
      await alone.stop()
    }
  })
})

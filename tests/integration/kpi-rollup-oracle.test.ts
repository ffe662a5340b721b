import { afterAll, beforeAll, expect, it } from 'vitest'
import { isCensusId, type Kpi, type Term } from '../../schemas/kpis/kpi.ts'
import { kpis } from '../../schemas/kpis/kpis.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { sqlTime, type TestDatabase, testDatabase } from './database.ts'

const minute = 60_000
/** 07:00 in the province, on the last day of a month in UTC: the tables begin another partition within the range. */
const start = Date.UTC(2026, 2, 31, 23)
const windows = 8
const counties: Readonly<Record<string, readonly string[]>> = {
  '370102': ['370102'],
  '370100': ['370102', '370103'],
  'circle-jiaodong': ['370202'],
  '370000': ['370102', '370103', '370202'],
}

interface Row {
  readonly county: string
  readonly at: number
  readonly sizeMs: number
  readonly [measure: string]: number | string | null
}

/** Whole numbers, so that every order of adding gives the same; a linear congruential generator. */
let state = 7
const random = (below: number) => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31
  return Math.floor(state / 2 ** 12) % below
}

/** Two revisions of some windows: what counts is the last. The last windows of the range are twice as long. */
function revisionsOf(record: RecordId): readonly (readonly Row[])[] {
  const row = (county: string, index: number): Row => ({
    county,
    at: start + index * 15 * minute,
    sizeMs: index < windows - 1 ? 15 * minute : 30 * minute,
    assets: random(20),
    expected: random(25),
    readings: random(100),
    duplicates: random(3),
    ...Object.fromEntries(
      measureSets[record].measures.map(({ id, op }) => [
        id,
        random(5) === 0 ? (op === 'max' || op === 'min' ? null : 0) : random(1000),
      ]),
    ),
  })
  const first = ['370102', '370103', '370202'].flatMap(county =>
    Array.from({ length: windows }, (_, index) => row(county, index)),
  )
  return [
    first,
    first.filter(() => random(3) === 0).map(({ county, at }) => row(county, (at - start) / (15 * minute))),
  ]
}

const stored = new Map<RecordId, readonly Row[]>()
let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
  for (const record of recordIds) {
    const last = new Map<string, Row>()
    for (const [index, rows] of revisionsOf(record).entries()) {
      for (const row of rows) last.set(`${row.county} ${row.at}`, { ...row, revision: index + 1 })
      await db.insert(
        `measures_${record}_windows_store`,
        rows.map(({ at, sizeMs, ...rest }) => ({
          ...rest,
          ...{ window_start: sqlTime(at), window_end: sqlTime(at + sizeMs), computed_at: sqlTime(at) },
          ...{ status: 'final', revision: index + 1, version: index + 1, event_time_max: sqlTime(at + 1) },
        })),
      )
    }
    stored.set(record, [...last.values()])
  }
})
afterAll(() => db?.drop())

/** The rows of a region and hour, computed as docs/analysts.md says it. */
function expected(kpi: Kpi, rows: readonly Row[]) {
  const number = (row: Row, name: string) => Number(row[name] ?? 0)
  const sum = (name: string) => rows.reduce((total, row) => total + number(row, name), 0)
  const startsOf = (some: readonly Row[]) => new Set(some.map(row => row.at)).size
  const { present } = kpi
  const measured = present === undefined ? rows : rows.filter(row => number(row, present) > 0)
  const observed = new Map(rows.map(row => [`${row.at} ${row.sizeMs}`, row.sizeMs]))
  const measures = isCensusId(kpi.of) ? [] : measureSets[kpi.of].measures
  const term = (name: Term): number => {
    if (typeof name === 'number') return name
    if (name === 'observed_h') return [...observed.values()].reduce((total, ms) => total + ms, 0) / 3_600_000
    if (name === 'assets' || name === 'expected') return sum(name) / startsOf(rows)
    switch (measures.find(({ id }) => id === name)?.op) {
      case 'max':
        return Math.max(...rows.flatMap(row => (row[name] === null ? [] : [number(row, name)])), 0)
      case 'mean_sum':
        return sum(name) / Math.max(1, startsOf(measured))
      default:
        return sum(name)
    }
  }
  const product = (side: 'numerator' | 'denominator') =>
    kpi.factors.reduce((all, factor) => all * term(factor[side]), 1)
  const [numerator, denominator] = [product('numerator'), product('denominator')]
  const isAbsent = denominator === 0 || (present !== undefined && sum(present) <= 0)
  const value = Math.min(kpi.atMost ?? Number.POSITIVE_INFINITY, (kpi.scale * numerator) / denominator)
  return {
    value: isAbsent ? null : value,
    numerator: isAbsent ? 0 : numerator,
    denominator: isAbsent ? 0 : denominator,
    status: rows.some(row => row.revision === 2) ? 'corrected' : 'final',
    coverage: sum('expected') > 0 ? Math.min(1, sum('assets') / sum('expected')) : null,
    readings: sum('readings'),
    windows: startsOf(rows),
    duplicates: sum('duplicates'),
  }
}

it.each([
  ['kpi_1h', 3_600_000],
  ['kpi_1d', 86_400_000],
] as const)('%s says of every KPI what its definition says, digit by digit', async (view, spanMs) => {
  const utcOffsetMs = 8 * 3_600_000
  const spanOf = (at: number) => at - ((at + utcOffsetMs) % spanMs)
  for (const kpi of kpis) {
    if (isCensusId(kpi.of)) continue
    const rows = stored.get(kpi.of) ?? []
    const wanted = Object.entries(counties).flatMap(([region, below]) =>
      [
        ...Map.groupBy(
          rows.filter(row => below.includes(row.county)),
          row => spanOf(row.at),
        ),
      ]
        .sort(([left], [right]) => left - right)
        .map(([at, some]) => ({ region, window_start: sqlTime(at), ...expected(kpi, some) })),
    )
    const found = await db.rows<{ region: string; readings: string; windows: string; duplicates: string }>(
      `SELECT region, window_start, value, numerator, denominator, status, coverage, toUInt32(readings) AS readings,
         toUInt32(windows) AS windows, toUInt32(duplicates) AS duplicates
       FROM db.${view} WHERE kpi = '${kpi.id}' AND region IN ('${Object.keys(counties).join("','")}') ORDER BY window_start`,
    )
    const inOrder = Object.keys(counties).flatMap(region => found.filter(row => row.region === region))
    expect([kpi.id, inOrder]).toEqual([kpi.id, wanted])
  }
})

import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { currentOf } from '../../../schemas/protocol/current-value.ts'
import type { Cell } from '../../../schemas/protocol/stream.ts'
import { app } from '../../api/app.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const start = Date.UTC(2026, 5, 1, 4)
const [occupancy, spaces] = ['parking.occupancy_pct', 'parking.free_spaces'] as const
const [jinan, lixia, qingdao, shinan] = ['370100', '370102', '370200', '370202'] as const

interface Revision extends Cell {
  readonly computed_at: number
}

/** A revision of a window that begins so many minutes after the start, computed so many minutes after it. */
const revision = (kpi: string, region: string, begins: number, value: number | null, more = {}): Revision => {
  const revised = { revision: 1, computed: begins + 2, coverage: 1, ...more }
  return {
    kpi,
    region,
    window_start: start + begins * minute,
    window_end: start + (begins + 1) * minute,
    value,
    status: revised.revision > 1 ? 'corrected' : 'final',
    revision: revised.revision,
    version: 100 + 10 * begins + revised.revision,
    coverage: revised.coverage,
    readings: 7,
    event_time_max: value === null ? null : start + begins * minute + 59_000,
    computed_at: start + revised.computed * minute,
  }
}

const told: readonly Revision[] = [
  revision(occupancy, jinan, 0, 40),
  revision(occupancy, jinan, 1, 41),
  revision(occupancy, jinan, 1, 91, { revision: 2, computed: 6 }),
  revision(occupancy, jinan, 1, 90, { revision: 3, computed: 30 }),
  revision(occupancy, jinan, 2, 42),
  revision(occupancy, jinan, 3, 43),
  // Silence is news: no value, nothing covered.
  revision(occupancy, jinan, 4, null, { coverage: 0 }),
  revision(occupancy, lixia, 1, 11, { coverage: 0.2 }),
  // Nothing was due: events.
  revision(spaces, jinan, 1, 500, { coverage: null }),
  // Its window was over long before it was computed.
  revision(occupancy, qingdao, 0, 77, { computed: 20 }),
  // It came a day late.
  revision(occupancy, shinan, 0, 55, { computed: 24 * 60 }),
]

let db: TestDatabase
let api: FastifyInstance

beforeAll(async () => {
  db = await testDatabase()
  const rows = told.map(({ window_start, window_end, event_time_max, computed_at, ...rest }) => ({
    ...rest,
    level: rest.region === lixia ? 'county' : 'city',
    record: 'parking',
    window_start: sqlTime(window_start),
    window_end: sqlTime(window_end),
    event_time_max: event_time_max === null ? null : sqlTime(event_time_max),
    computed_at: sqlTime(computed_at),
  }))
  // As the archive stores it: all revisions there, the last one here, and both may come twice.
  for (const _again of [1, 2]) {
    await db.insert('kpi_revisions_windows_store', rows)
    await db.insert('kpi_windows_store', rows)
  }
  api = await app({ stored: { clickhouseUrl: inject('clickhouseUrl'), database: db.database } })
})

afterAll(async () => {
  await api?.close()
  await db?.drop()
})

const get = async (path: string) => {
  const answer = await api.inject(`/v1/kpis/${path}`)
  return { status: answer.statusCode, cache: answer.headers['cache-control'], body: answer.json() }
}

async function cellsAt(minutes: number, known: string, of = `region=${jinan}&kpi=parking.*`) {
  const { status, cache, body } = await get(`at?time=${start + minutes * minute}&known=${known}&${of}`)
  expect({ status, cache }).toEqual({ status: 200, cache: 'no-store' })
  expect(body).toMatchObject({ time: start + minutes * minute, known })
  return body.cells as Cell[]
}

/** By the definition of the current value, over everything that was known. */
function expected(minutes: number, known: string): readonly Cell[] {
  const time = start + minutes * minute
  const wasTold = (cell: Revision): boolean =>
    told.some(
      one =>
        one.kpi === cell.kpi &&
        one.region === cell.region &&
        one.window_start === cell.window_start &&
        one.computed_at <= time,
    ) || cell.window_end <= time - 30 * minute
  const seen = told.filter(
    cell =>
      cell.region === jinan &&
      cell.window_end <= time &&
      (known === 'now' ? wasTold(cell) : cell.computed_at <= time),
  )
  return [...Map.groupBy(seen, ({ kpi }) => kpi).values()]
    .flatMap(cells => {
      const last = Map.groupBy(cells, ({ window_start }) => window_start)
      const windows = [...last.values()].map(all => all.reduce((a, b) => (b.version > a.version ? b : a)))
      return currentOf(windows, 0.8) ?? []
    })
    .map(({ computed_at: _computed, ...cell }) => cell)
    .sort((a, b) => a.kpi.localeCompare(b.kpi))
}

describe('the values of a past minute', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 29, 30, 60])('are the current ones of it, %i minutes on', async at => {
    expect(await cellsAt(at, 'then')).toEqual(expected(at, 'then'))
    expect(await cellsAt(at, 'now')).toEqual(expected(at, 'now'))
  })

  test('differ by what was corrected since', async () => {
    const value = async (at: number, known: string) =>
      (await cellsAt(at, known, `region=${jinan}&kpi=${occupancy}`)).map(cell => [
        cell.value,
        cell.status,
        cell.revision,
      ])
    expect(await value(2, 'then')).toEqual([[40, 'final', 1]])
    expect(await value(2, 'now')).toEqual([[40, 'final', 1]])
    expect(await value(3, 'then')).toEqual([[41, 'final', 1]])
    expect(await value(3, 'now')).toEqual([[90, 'corrected', 3]])
    expect(await value(7, 'then')).toEqual([[null, 'final', 1]])
  })

  test('are not known then when they were computed later, and are forgotten after six hours', async () => {
    const of = `region=${qingdao}&kpi=${occupancy}`
    expect(await cellsAt(19, 'then', of)).toEqual([])
    expect(await cellsAt(19, 'now', of)).toEqual([])
    expect(await cellsAt(20, 'then', of)).toMatchObject([{ value: 77 }])
    expect(await cellsAt(359, 'then', of)).toMatchObject([{ value: 77 }])
    expect(await cellsAt(360, 'then', of)).toEqual([])
  })

  test('are given for several regions, with those below', async () => {
    const cells = await cellsAt(10, 'then', `region=${jinan}&depth=children&kpi=${occupancy}`)
    expect(cells.map(({ region, value }) => [region, value])).toEqual([
      [jinan, null],
      [lixia, 11],
    ])
  })
})

test('what nobody had told of at all is known now, once it was over for half an hour', async () => {
  const of = `region=${shinan}&kpi=${occupancy}`
  expect(await cellsAt(29, 'now', of)).toEqual([])
  for (const at of [31, 60]) {
    expect(await cellsAt(at, 'then', of)).toEqual([])
    expect(await cellsAt(at, 'now', of)).toMatchObject([{ value: 55 }])
  }
})

describe('a series', () => {
  const values = async (rest: string) => {
    const range = `from=${start}&to=${start + 5 * minute}`
    const { body } = await get(`${occupancy}/series?region=${jinan}&${range}${rest}`)
    return body.series[0].points.map((point: Cell) => [point.value, point.revision])
  }

  test('is what is known now, or what was known at a time', async () => {
    const others = [
      [42, 1],
      [43, 1],
      [null, 1],
    ]
    expect(await values('')).toEqual([[40, 1], [90, 3], ...others])
    expect(await values(`&known_at=${start + 10 * minute}`)).toEqual([[40, 1], [91, 2], ...others])
    expect(await values(`&known_at=${start + 3 * minute}`)).toEqual([
      [40, 1],
      [41, 1],
    ])
  })
})

describe('corrections', () => {
  const range = `from=${start}&to=${start + 60 * minute}`

  test('are told by when they were computed', async () => {
    const { body, cache } = await get(`corrections?region=${jinan}&${range}`)
    expect(cache).toBe('no-store')
    const one = { values: 1, windows: 1, window_start: start + minute }
    expect(body).toEqual({
      from: start,
      to: start + 60 * minute,
      slot_ms: minute,
      corrections: [
        { at: start + 6 * minute, ...one },
        { at: start + 30 * minute, ...one },
      ],
    })
  })

  test('are those of the KPIs, regions and range asked for', async () => {
    const none = async (rest: string) =>
      expect((await get(`corrections?${rest}`)).body.corrections).toEqual([])
    await none(`region=${jinan}&kpi=${spaces}&${range}`)
    await none(`region=${lixia}&region=${qingdao}&${range}`)
    await none(`region=${jinan}&from=${start + 7 * minute}&to=${start + 30 * minute}`)
  })

  test('come in longer slots over days', async () => {
    const { body } = await get(`corrections?region=${jinan}&from=${start}&to=${start + 2 * 86_400_000}`)
    expect(body.slot_ms).toBe(12 * minute)
    expect(body.corrections).toMatchObject([{ at: start }, { at: start + 24 * minute }])
  })
})

test.each([
  ['at', 400, 'invalid_request'],
  ['at?time=yesterday', 400, 'invalid_request'],
  [`at?time=${start}&known=later`, 400, 'invalid_request'],
  [`at?time=${start}&region=999999`, 400, 'unknown_region'],
  [`at?time=${start}&kpi=weather.rain`, 404, 'unknown_kpi'],
  [`at?time=${start}&depth=subtree`, 400, 'too_many_points'],
  [`${occupancy}/series?known_at=${start}&step=1h`, 400, 'invalid_request'],
  ['corrections?region=999999', 400, 'unknown_region'],
  [`corrections?from=${start}&to=${start}`, 400, 'empty_range'],
  [`corrections?from=${start}&to=${start + 8 * 86_400_000}`, 400, 'range_too_long'],
])('%s is a problem: %i %s', async (path, status, code) => {
  expect((await get(path)).body).toMatchObject({ status, code })
})

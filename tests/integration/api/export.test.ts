import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExportState } from '../../../api/exports/export-progress.ts'
import { askHistory } from '../../../api/history/ask-history.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { type AppOptions, app } from '../../api/app.ts'
import { noon } from '../../api/cells/windows.ts'
import { clickhouseKey } from '../../clickhouse-password.ts'
import { type RunningClickHouse, startClickHouse } from '../clickhouse/start-clickhouse.ts'
import { sqlTime, type TestDatabase, testDatabase } from '../database.ts'

const minute = 60_000
const kpi = 'parking.occupancy_pct'
/** Far more than sockets and streams hold of it. */
const manyRows = 250_000

let clickhouse: RunningClickHouse
let db: TestDatabase
const opened: FastifyInstance[] = []

beforeAll(async () => {
  clickhouse = await startClickHouse()
  db = await testDatabase(clickhouse.url)
  const stored = (county: string, window: number, revision: number, value: number | null) => ({
    kpi,
    region: county,
    level: 'county',
    record: 'parking',
    window_start: sqlTime(noon + window * minute),
    window_end: sqlTime(noon + (window + 1) * minute),
    value,
    numerator: value ?? 0,
    denominator: value === null ? 0 : 1,
    status: revision > 1 ? 'corrected' : 'final',
    revision,
    version: 100 + revision,
    coverage: value === null ? null : 0.5,
    readings: 7,
    computed_at: sqlTime(noon + (window + 2) * minute),
  })
  const rows = [
    stored('370102', 0, 1, 12.5),
    stored('370102', 1, 1, 13),
    stored('370102', 1, 2, 14),
    stored('370103', 0, 1, null),
  ]
  await db.insert('kpi_windows_store', rows)
  await db.insert('kpi_revisions_windows_store', rows)
  await db.client.command({
    query: `
      INSERT INTO ${db.database}.kpi_windows_store (kpi, region, level, record, window_start, window_end, value, status, revision, version)
      SELECT 'parking.free_spaces', '370102', 'county', 'parking', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number AS start,
        start + 1, rand() / 7, 'final', 1, number
      FROM numbers(${manyRows})`,
  })
})

afterAll(async () => {
  for (const api of opened) await api.close()
  await db?.client.close()
  await clickhouse?.stop()
})

async function serve(options: AppOptions = {}): Promise<string> {
  const api = await app({
    ...options,
    stored: options.stored ?? { clickhouseUrl: clickhouse.url, database: db.database },
  })
  opened.push(api)
  await api.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`
}

const window = `from=${noon}&to=${noon + 10 * minute}`
const long = 'kpi=parking.free_spaces&region=370102&from=2026-01-01T00:00:00Z&to=2026-01-30T00:00:00Z'

async function stateOf(url: string, id: string): Promise<ExportState> {
  const answer = await fetch(`${url}/v1/exports/${id}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as ExportState
}

/** Asks and reads nothing of the answer yet. */
async function unread(url: string): Promise<IncomingMessage> {
  const request = get(url)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  answer.pause()
  return answer
}

describe('a file', () => {
  test('of comma-separated values has the columns of the view, times in UTC, and nothing for null', async () => {
    const url = await serve()
    const answer = await fetch(
      `${url}/v1/export?kpi=parking.*&region=370100&depth=children&${window}&id=as-chosen`,
    )
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(answer.headers.get('export-rows')).toBe('3')
    expect(answer.headers.get('export-id')).toBe('as-chosen')
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="kpi_20260601T120000Z_20260601T121000Z.csv"',
    )
    expect((await answer.text()).split('\n')).toEqual([
      '"kpi","region","level","window_start","window_end","value","numerator","denominator","status","revision","version","coverage","readings","computed_at"',
      '"parking.occupancy_pct","370102","county","2026-06-01T12:00:00.000Z","2026-06-01T12:01:00.000Z",12.5,12.5,1,"final",1,101,0.5,7,"2026-06-01T12:02:00.000Z"',
      '"parking.occupancy_pct","370102","county","2026-06-01T12:01:00.000Z","2026-06-01T12:02:00.000Z",14,14,1,"corrected",2,102,0.5,7,"2026-06-01T12:03:00.000Z"',
      '"parking.occupancy_pct","370103","county","2026-06-01T12:00:00.000Z","2026-06-01T12:01:00.000Z",,0,0,"final",1,101,,7,"2026-06-01T12:02:00.000Z"',
      '',
    ])
    await expect
      .poll(() => stateOf(url, 'as-chosen'))
      .toMatchObject({ state: 'done', format: 'csv', rows: 3, rows_written: 3, error: null })
  })

  test('may have every revision', async () => {
    const url = await serve()
    const answer = await fetch(`${url}/v1/export?kpi=${kpi}&region=370102&${window}&revisions=all`)
    const lines = (await answer.text()).trim().split('\n')
    expect(lines.slice(1).map(line => line.split(',').slice(8, 11).join())).toEqual([
      '"final",1,101',
      '"final",1,101',
      '"corrected",2,102',
    ])
  })

  test('of nothing has its header', async () => {
    const url = await serve()
    const answer = await fetch(`${url}/v1/export?kpi=${kpi}&region=370000&${window}`)
    expect(answer.headers.get('export-rows')).toBe('0')
    expect((await answer.text()).trim().split('\n')).toHaveLength(1)
  })

  test.each(['1h', '1d'])('by %s is made of measures', async step => {
    const url = await serve()
    const answer = await fetch(`${url}/v1/export?kpi=*&region=370000&depth=subtree&${window}&step=${step}`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('"readings","windows"\n')
  })

  test('of Parquet holds the same as the view', async () => {
    const url = await serve()
    const answer = await fetch(
      `${url}/v1/export?kpi=parking.*&region=370102&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z&format=parquet&id=in-columns`,
    )
    expect(answer.headers.get('content-type')).toBe('application/vnd.apache.parquet')
    expect(answer.headers.get('export-rows')).toBe(String(manyRows))
    const file = await answer.arrayBuffer()
    await db.client.command({
      query: `CREATE TABLE ${db.database}.exported AS ${db.database}.kpi ENGINE = Memory`,
    })
    const insert = encodeURIComponent(`INSERT INTO ${db.database}.exported FORMAT Parquet`)
    const taken = await fetch(`${clickhouse.url}/?query=${insert}`, {
      method: 'POST',
      body: file,
      headers: clickhouseKey,
    })
    expect(taken.status, await taken.text()).toBe(200)
    const of = `SELECT kpi, region, level, window_start, window_end, value, status, revision, version, coverage, readings, computed_at FROM ${db.database}`
    const different = await db.rows(
      `SELECT count() AS n, (SELECT count() FROM db.exported) AS all FROM (${of}.exported EXCEPT ${of}.kpi)`,
    )
    expect(different).toEqual([{ n: 0, all: manyRows }])
    expect(await stateOf(url, 'in-columns')).toMatchObject({
      state: 'done',
      rows: manyRows,
      rows_written: null,
      bytes_written: file.byteLength,
    })
  })
})

describe('a long file', () => {
  test('waits for its reader, and is given up when that one leaves', async () => {
    const url = await serve()
    const answer = await unread(`${url}/v1/export?${long}&id=left-alone`)
    let before = -1
    const held = async () => {
      const { bytes_written: now, state } = await stateOf(url, 'left-alone')
      const still = state === 'running' && now > 0 && now === before
      before = now
      return still
    }
    await expect.poll(held, { interval: 200, timeout: 30_000 }).toBe(true)
    const { rows, rows_written } = await stateOf(url, 'left-alone')
    expect(rows).toBe(manyRows)
    expect(rows_written).toBeLessThan(manyRows / 2)
    answer.destroy()
    await expect.poll(() => stateOf(url, 'left-alone')).toMatchObject({ state: 'cancelled', error: null })
  })

  test('is one of few: of one viewer, and of all', async () => {
    const metrics = new Metrics('api')
    const url = await serve({ metrics })
    const answers = await Promise.all([1, 2].map(n => unread(`${url}/v1/export?${long}&id=running-${n}`)))
    const third = await fetch(`${url}/v1/export?${long}`)
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await third.json()).toMatchObject({ code: 'too_many_exports' })
    expect(await metrics.registry.metrics()).toContain('citybrain_api_exports_running 2')
    for (const answer of answers) answer.destroy()
    await expect.poll(() => metrics.registry.metrics()).toContain('citybrain_api_exports_running 0')

    const narrow = await serve({ exports: { running: 1 } })
    const only = await unread(`${narrow}/v1/export?${long}&id=the-only-one`)
    const second = await fetch(`${narrow}/v1/export?${long}`)
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await second.json()).toMatchObject({ code: 'exports_busy' })
    only.destroy()
  })

  test('does not take the id of one that runs', async () => {
    const url = await serve()
    const answer = await unread(`${url}/v1/export?${long}&id=taken-twice`)
    const again = await fetch(`${url}/v1/export?${long}&id=taken-twice`)
    expect([again.status, await again.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'export_id_taken' }),
    ])
    answer.destroy()
  })

  test('has at most so many rows, and so many days', async () => {
    const url = await serve({ exports: { maxRows: 1_000 } })
    const rows = await fetch(`${url}/v1/export?${long}`)
    expect([rows.status, await rows.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'too_many_points' }),
    ])
    const days = await fetch(`${url}/v1/export?kpi=*&from=2025-01-01T00:00:00Z`)
    expect([days.status, await days.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'range_too_long' }),
    ])
  })

  test('that takes too long is broken off', async () => {
    const metrics = new Metrics('api')
    const url = await serve({ exports: { longestMs: 12_000 }, metrics })
    const answer = await unread(`${url}/v1/export?${long}&id=too-slowly`)
    await expect
      .poll(() => stateOf(url, 'too-slowly'), { timeout: 60_000 })
      .toMatchObject({ state: 'failed', error: { code: 'history_timeout' } })
    await expect(answer.toArray()).rejects.toThrow('aborted')
    expect(await metrics.registry.metrics()).toContain(
      'citybrain_api_exports_total{format="csv",outcome="failed"} 1',
    )
  })
})

test('a query that takes too long is cancelled in ClickHouse and told as that', async () => {
  const history = { clickhouse: db.client, database: db.database, historyTimeoutMs: 1_000 }
  const endless = 'SELECT count() AS n FROM system.numbers WHERE NOT ignore(sipHash64(number)) LIMIT 1'
  await expect(
    askHistory(history, { text: endless, params: {} }, Type.Object({ n: Type.Integer() })),
  ).rejects.toMatchObject({ code: 'history_timeout' })
  const running = () =>
    db.rows<object>(
      "SELECT 1 FROM system.processes WHERE query LIKE '%sipHash64(number)) LIMIT 1%' AND query NOT LIKE '%system.processes%'",
    )
  await expect.poll(running, { timeout: 10_000 }).toEqual([])
})

test('a file that ClickHouse cannot finish breaks the connection', async () => {
  const other = await startClickHouse()
  try {
    const own = await testDatabase(other.url)
    await own.client.command({
      query: `
        INSERT INTO ${own.database}.kpi_windows_store (kpi, region, level, record, window_start, window_end, value, status, revision, version)
        SELECT 'parking.free_spaces', '370102', 'county', 'parking', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number AS start,
          start + 1, rand() / 7, 'final', 1, number
        FROM numbers(${manyRows})`,
    })
    await own.client.close()
    const metrics = new Metrics('api')
    const url = await serve({ stored: { clickhouseUrl: other.url, database: own.database }, metrics })
    const answer = await unread(`${url}/v1/export?${long}&id=broken-off`)
    expect(answer.statusCode).toBe(200)
    await other.kill9()
    await expect(answer.toArray()).rejects.toThrow('aborted')
    expect(await stateOf(url, 'broken-off')).toMatchObject({
      state: 'failed',
      error: { code: 'history_unavailable' },
    })
  } finally {
    await other.stop()
  }
})

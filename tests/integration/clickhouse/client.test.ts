import { Readable } from 'node:stream'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { type RunningClickHouse, startClickHouse } from './start-clickhouse.ts'

let server: RunningClickHouse
let client: ClickHouseClient

beforeAll(async () => {
  server = await startClickHouse()
  client = createClient({
    url: server.url,
    password: clickhousePassword,
    log: { level: ClickHouseLogLevel.OFF },
  })
  await client.command({ query: 'CREATE DATABASE citybrain' })
  await client.command({
    query: `CREATE TABLE citybrain.readings (id UInt64, name String DEFAULT concat('n', toString(id)),
      at DateTime64(3, 'UTC'), value Nullable(Float64)) ENGINE = ReplacingMergeTree ORDER BY id`,
  })
})

afterAll(async () => {
  await client.close()
  expect(await server.stop()).toBe(0)
})

const rowsOf = async (query: string, options = {}) =>
  (await client.query({ query, format: 'JSONEachRow', ...options })).json<Record<string, unknown>>()

describe('@clickhouse/client', () => {
  it('pings', async () => {
    expect(await client.ping()).toEqual({ success: true })
    expect(await client.ping({ select: true })).toEqual({ success: true })
  })

  it('inserts arrays, with defaults for what is missing, and says how many', async () => {
    const { summary } = await client.insert({
      table: 'citybrain.readings',
      values: [
        { id: 1, at: '2026-03-01 00:00:00.123', value: 1.5 },
        { id: 2, name: '济南', at: 1772323200456, value: null },
      ],
      format: 'JSONEachRow',
    })
    expect(summary?.written_rows).toBe('2')
    expect(await rowsOf('SELECT *, toString(at) AS t FROM citybrain.readings ORDER BY id')).toEqual([
      { id: 1, name: 'n1', at: '2026-03-01 00:00:00.123', value: 1.5, t: '2026-03-01 00:00:00.123' },
      { id: 2, name: '济南', at: '2026-03-01 00:00:00.456', value: null, t: '2026-03-01 00:00:00.456' },
    ])
  })

  it('inserts streams', async () => {
    const values = Readable.from(
      (function* () {
        for (let i = 0; i < 20_000; i += 1) yield [1000 + i, `s${i}`, 0, i / 2]
      })(),
    )
    await client.insert({ table: 'citybrain.readings', values, format: 'JSONCompactEachRow' })
    const csv = Readable.from(['30000,c,2026-03-01 00:00:00,1\n', '30001,d,2026-03-01 00:00:00,\\N\n'], {
      objectMode: false,
    })
    await client.insert({ table: 'citybrain.readings', values: csv, format: 'CSV' })
    expect(
      await rowsOf('SELECT count() AS n, sum(value) AS v FROM citybrain.readings WHERE id >= 1000'),
    ).toEqual([{ n: 20_002, v: (19_999 * 20_000) / 4 + 1 }])
  })

  it('binds parameters of every kind', async () => {
    const query_params = {
      n: 42,
      s: "it's \\ a\ttab\nand 济南",
      a: [1, 2],
      t: 'readings',
      d: new Date('2026-03-01T00:00:00.123Z'),
      z: null,
    }
    const query = `SELECT {n:UInt32} AS n, {s:String} AS s, {a:Array(UInt8)} AS a,
      {d:DateTime64(3, 'UTC')} AS d, {z:Nullable(String)} AS z, count() AS c FROM citybrain.{t:Identifier} WHERE id < 3`
    const expected = { n: 42, s: query_params.s, a: [1, 2], d: '2026-03-01 00:00:00.123', z: null, c: 2 }
    expect(await rowsOf(query, { query_params })).toEqual([expected])
    expect(await rowsOf(query, { query_params, use_multipart_params: true })).toEqual([expected])
  })

  it('keeps the parameters of queries side by side apart', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => rowsOf('SELECT {n:UInt32} AS n', { query_params: { n } })),
    )
    expect(answers).toEqual(Array.from({ length: 60 }, (_, n) => [{ n }]))
  })

  it('reads JSON, compact rows and streams', async () => {
    const json = await (await client.query({ query: 'SELECT 1 AS a', format: 'JSON' })).json()
    expect(json).toMatchObject({ data: [{ a: 1 }], rows: 1, meta: [{ name: 'a', type: 'UInt8' }] })
    const result = await client.query({
      query: 'SELECT number, toString(number) FROM numbers(100000)',
      format: 'JSONCompactEachRow',
    })
    let rows = 0
    for await (const batch of result.stream()) rows += batch.length
    expect(rows).toBe(100_000)
  })

  it('compresses both ways with each codec', async () => {
    for (const codec of ['gzip', 'zstd'] as const) {
      const compressed = createClient({
        url: server.url,
        password: clickhousePassword,
        database: 'citybrain',
        compression: { request: { codec }, response: { codec } },
      })
      await compressed.insert({
        table: 'readings',
        values: Array.from({ length: 1000 }, (_, i) => ({ id: 50_000 + i })),
        format: 'JSONEachRow',
      })
      const result = await compressed.query({
        query:
          'SELECT count() AS n FROM readings FINAL WHERE id BETWEEN 50000 AND 50999 SETTINGS max_threads = 1',
        format: 'JSONEachRow',
      })
      expect(await result.json()).toEqual([{ n: 1000 }])
      const large = await compressed.query({ query: 'SELECT number FROM numbers(10000)', format: 'CSV' })
      expect(large.response_headers['content-encoding']).toBe(codec)
      expect((await large.text()).split('\n')).toHaveLength(10_001)
      await compressed.close()
    }
  })

  it('takes settings for one query only, in a session too', async () => {
    const clickhouse_settings = { max_block_size: '7' }
    const query = "SELECT getSetting('max_block_size') AS v, getSetting('max_threads') AS t"
    const session_id = 'settings'
    const [before] = await rowsOf(query, { session_id })
    expect(await rowsOf(query, { session_id, clickhouse_settings })).toEqual([{ ...before, v: 7 }])
    expect(await rowsOf(query, { session_id })).toEqual([before])
    await rowsOf(query, { session_id, clickhouse_settings: { max_threads: 1 } })
    expect(await rowsOf(query, { session_id })).toEqual([before])
    expect(await rowsOf(query, { clickhouse_settings })).toMatchObject([{ v: 7 }])
  })

  it('keeps temporary tables in a session, one request at a time', async () => {
    const session_id = 'temporary'
    await client.command({ query: 'CREATE TEMPORARY TABLE mine (x UInt8)', session_id })
    await client.insert({ table: 'mine', values: [{ x: 7 }], format: 'JSONEachRow', session_id })
    expect(await rowsOf('SELECT x FROM mine', { session_id })).toEqual([{ x: 7 }])
    await expect(rowsOf('SELECT x FROM mine')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
    const slow = rowsOf('SELECT sleep(1)', { session_id })
    await expect
      .poll(() => rowsOf("SELECT count() AS n FROM system.processes WHERE query LIKE 'SELECT sleep(1)%'"))
      .toEqual([{ n: 1 }])
    await expect(rowsOf('SELECT 1', { session_id })).rejects.toMatchObject({ code: '373' })
    await slow
  })

  it('tells errors with their codes', async () => {
    await expect(rowsOf('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
    await expect(rowsOf('SELEC 1')).rejects.toMatchObject({ code: '62' })
    await expect(
      client.insert({ table: 'citybrain.readings', values: [{ id: 'x' }], format: 'JSONEachRow' }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(27|117|72)$/) })
    const bob = createClient({
      url: server.url,
      username: 'bob',
      password: 'x',
      log: { level: ClickHouseLogLevel.OFF },
    })
    await expect(bob.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' })
    await bob.close()
  })
})

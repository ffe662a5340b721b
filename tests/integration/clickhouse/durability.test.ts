import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { clickhouseKey } from '../../clickhouse-password.ts'
import { type RunningClickHouse, startClickHouse } from './start-clickhouse.ts'

const rounds = Number(process.env.CLICKHOUSE_KILL_ROUNDS ?? 6)
const rowsPerInsert = 500
const writers = 3

const directories: string[] = []
async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'citybrain-durable-'))
  directories.push(dir)
  return dir
}
afterEach(async () => {
  for (const dir of directories.splice(0)) await rm(dir, { recursive: true, force: true })
})

const post = (url: string, query: string, body?: string) =>
  fetch(`${url}/?query=${encodeURIComponent(query)}`, {
    method: 'POST',
    headers: clickhouseKey,
    ...(body ? { body } : {}),
  })

async function text(url: string, query: string): Promise<string> {
  const response = await post(url, query)
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return answer
}

/** Inserts one batch after another until the process is gone; every acknowledged batch is noted. */
async function insertUntilGone(url: string, next: () => number, acknowledged: Set<number>): Promise<void> {
  for (;;) {
    const batch = next()
    const rows = Array.from({ length: rowsPerInsert }, (_, i) => `${batch},${i},value ${batch}-${i}\n`)
    try {
      const response = await post(url, 'INSERT INTO kept FORMAT CSV', rows.join(''))
      const answer = await response.text()
      if (!response.ok) throw new Error(answer)
    } catch (error) {
      // The connection broke: this batch is unacknowledged, it may be there or not, but never in part.
      if (error instanceof TypeError) return
      throw error
    }
    acknowledged.add(batch)
  }
}

it(`keeps every acknowledged row through ${rounds} kill -9 at random moments`, async () => {
  const dataDir = await directory()
  const acknowledged = new Set<number>()
  let batch = 0
  let server: RunningClickHouse = await startClickHouse({ dataDir })
  await text(
    server.url,
    `CREATE TABLE kept (batch UInt32, i UInt32, s String) ENGINE = ReplacingMergeTree ORDER BY (batch, i)
     SETTINGS min_bytes_for_wide_part = 100000`,
  )
  for (let round = 0; round < rounds; round += 1) {
    const goal = acknowledged.size + 1 + Math.floor(Math.random() * 60)
    const { url } = server
    const inserting = Array.from({ length: writers }, () => insertUntilGone(url, () => batch++, acknowledged))
    await expect.poll(() => acknowledged.size, { interval: 1, timeout: 60_000 }).toBeGreaterThanOrEqual(goal)
    await server.kill9()
    await Promise.all(inserting)

    server = await startClickHouse({ dataDir })
    const found = (await text(server.url, 'SELECT batch, count() FROM kept FINAL GROUP BY batch FORMAT CSV'))
      .trim()
      .split('\n')
      .map(line => line.split(',').map(Number))
    const present = new Set(found.map(([number]) => number))
    expect([...acknowledged].filter(number => !present.has(number))).toEqual([])
    expect(found.filter(([, rows]) => rows !== rowsPerInsert)).toEqual([])
    // Every byte of every part reads back and fits its checksum.
    const check = await text(server.url, 'CHECK TABLE kept SETTINGS check_query_single_value_result = 1')
    expect(check).toBe('1\n')
    expect(await text(server.url, "SELECT countIf(s != format('value {}-{}', batch, i)) FROM kept")).toBe(
      '0\n',
    )
    expect(await readdir(join(dataDir, 'spool'))).toEqual([])
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(rounds)
  expect(await server.stop()).toBe(0)
})

it('finishes what runs when it is stopped, ends with 0, and resumes', async () => {
  const dataDir = await directory()
  const server = await startClickHouse({ dataDir })
  await text(server.url, 'CREATE DATABASE citybrain')
  await text(server.url, 'CREATE TABLE citybrain.t (a UInt8) ENGINE = MergeTree ORDER BY a')
  const running = text(
    server.url,
    'INSERT INTO citybrain.t SELECT 1 FROM numbers(3) WHERE sleepEachRow(0.5) = 0',
  )
  await expect
    .poll(() => text(server.url, "SELECT count() FROM system.processes WHERE query LIKE 'INSERT%'"))
    .toBe('1\n')
  expect(await server.stop()).toBe(0)
  expect(await running).toBe('')
  const again = await startClickHouse({ dataDir })
  expect(await text(again.url, 'SELECT count() FROM citybrain.t')).toBe('3\n')
  expect(await again.stop()).toBe(0)
})

it('refuses a directory in use and a port in use with one sentence', async () => {
  const dataDir = await directory()
  const first = await startClickHouse({ dataDir })
  await expect(startClickHouse({ dataDir })).rejects.toThrow(
    new RegExp(`${dataDir} is in use by process ${first.pid}`),
  )
  const port = Number(new URL(first.url).port)
  await expect(startClickHouse({ dataDir: await directory(), port })).rejects.toThrow(
    new RegExp(`port ${port} on 127.0.0.1 is in use`),
  )
  expect(await (await fetch(`${first.url}/ping`)).text()).toBe('Ok.\n')
  expect(await first.stop()).toBe(0)
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isFree } from '../../deploy/local/setup/ports.ts'
import { recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { topicNames } from '../../schemas/topics.ts'
import { namedBy } from '../identity.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf } from './product-clients.ts'
import { compareLogAndStore, decoder, readTopic } from './stored-readings.ts'

const patience = { timeout: 180_000, interval: 500 }
const args = ['--scale', '0.1', '--seed', '7']
const parts = [
  'kafka',
  'clickhouse',
  'registry',
  'ingest',
  'aggregate',
  'rollup',
  'archive',
  'correct',
  'census',
  'alerting',
  'api',
]
/** The local default. */
const windowMs = 10_000

let dataDir: string
let first: Product
let firstProcesses: readonly number[]
let firstExit: number | null
/** Whether each of its ports was free when it had stopped. */
const firstPorts = new Map<number, boolean>()
let second: Product
let clickhouse: ClickHouseClient
/** The newest final window when the first product was told to stop, epoch ms. */
let finalBefore: number

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-resume-'))
  first = await startProduct({ dataDir, args })
  const begun = await newFinals(first, 0, 2)
  await crash(first, 'aggregate')
  await crash(first, 'ingest')
  finalBefore = await newFinals(first, begun, 2)
  firstProcesses = Object.values(first.processes())
  firstExit = await first.stop()
  // Before the next one starts, whose ports may be some of these.
  for (const port of Object.values(first.ports)) firstPorts.set(port, await isFree('127.0.0.1', port))

  second = await startProduct({ dataDir, args })
  clickhouse = databaseOf(second)
  await newFinals(second, finalBefore, 3)
})
afterAll(async () => {
  await clickhouse?.close()
  await Promise.all([first?.stop(), second?.stop()])
  if (dataDir) await rm(dataDir, { recursive: true, force: true })
})

/** Ends a part as the out-of-memory killer does, and waits until it is back. */
async function crash(product: Product, part: string): Promise<void> {
  const from = product.output.length
  product.kill(part, 'SIGKILL')
  await product.printed(new RegExp(`${part} +crashed \\(signal SIGKILL\\)[\\s\\S]*${part} +is ready again`), {
    from,
    timeoutMs: 180_000,
  })
}

/** Waits until every periodic feed has `count` final windows with readings after a window; returns the newest one of all. */
async function newFinals(product: Product, after: number, count: number): Promise<number> {
  const client = databaseOf(product)
  try {
    const newest = async (): Promise<number> => {
      const perRecord = ['radio_pm', 'rack', 'facility', 'parking'].map(
        record => `SELECT uniqExact(window_start) AS windows, max(window_start) AS newest
          FROM citybrain.measures_${record}
          WHERE status = 'final' AND readings > 0 AND window_start > fromUnixTimestamp64Milli({after:Int64})`,
      )
      const result = await client.query({
        query: `SELECT toInt32(min(windows)) AS windows, toUnixTimestamp64Milli(max(newest)) AS newest
          FROM (${perRecord.join(' UNION ALL ')})`,
        query_params: { after },
        format: 'JSONEachRow',
      })
      const [row] = await result.json<{ readonly windows: number; readonly newest: string | number }>()
      return row && row.windows >= count ? Number(row.newest) : 0
    }
    return await vi.waitFor(async () => {
      const found = await newest()
      expect(found, `${count} new final windows of every feed`).toBeGreaterThan(0)
      return found
    }, patience)
  } finally {
    await client.close()
  }
}

async function rows<T>(query: string): Promise<readonly T[]> {
  const result = await clickhouse.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return result.json<T>()
}

describe('Ctrl-C', () => {
  test('stops every part by name and ends with success', () => {
    expect(firstExit).toBe(0)
    const stopping = first.output.slice(first.output.indexOf('once more Ctrl-C'))
    for (const part of parts) expect(stopping).toMatch(new RegExp(`${part} +has stopped`))
    expect(stopping).not.toMatch(/ (ERROR|FATAL) /)
  })

  test('leaves nothing running', async () => {
    expect(firstProcesses).toHaveLength(parts.length)
    for (const pid of firstProcesses) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect([...firstPorts].filter(([, isFree]) => !isFree)).toEqual([])
    expect(firstPorts.size).toBeGreaterThan(parts.length / 2)
  })
})

describe('after two crashes, a stop and a second start', () => {
  test.each(recordIds)('every reading of %s in the log is stored once', async record => {
    const { first: wanted, surplus } = await compareLogAndStore(second.urls.kafka, clickhouse, record)
    expect(surplus).toEqual([])
    if (records[record].periodic) expect(wanted).toBeGreaterThan(100)
  })

  test('readings came before and after the stop', async () => {
    const [row] = await rows<{ before: number; after: number }>(`
      SELECT countIf(event_time < fromUnixTimestamp64Milli(${finalBefore})) AS before, count() - before AS after
      FROM citybrain.readings_rack`)
    expect(row?.before).toBeGreaterThan(0)
    expect(row?.after).toBeGreaterThan(0)
  })

  test('no window has two different final values', async () => {
    interface Regional {
      readonly region: string
      readonly record: string
      readonly window_start: number
      readonly status: string
      readonly kpis: readonly { readonly kpi: string; readonly value: number | null }[]
    }
    const decode = decoder<Regional>('kpi_regional')
    const values = new Map<string, number | null>()
    const different: string[] = []
    for (const message of await readTopic(second.urls.kafka, topicNames.regional)) {
      const { region, record, window_start, status, kpis } = decode(message)
      if (status !== 'final') continue
      for (const { kpi, value } of kpis) {
        const cell = `${kpi} of ${region} (${record}) at ${new Date(window_start).toISOString()}`
        const before = values.get(cell)
        if (before !== undefined && before !== value) different.push(`${cell}: ${before}, then ${value}`)
        values.set(cell, value)
      }
    }
    expect(different).toEqual([])
    expect(values.size).toBeGreaterThan(1_000)
  })

  test.each(recordIds)(
    'closed windows of %s have counted what the log held when they were computed',
    async record => {
      // A county tells its own lineage, offsets of all partitions: a corrected one has seen more than the others of its
      // window. One that is not told at all should have nothing below the lineage of the others.
      const different = await rows(`
      WITH
        told AS (
          SELECT county, window_start, readings, mapFromArrays(lineage_partition, lineage_through_offset) AS through
          FROM citybrain.measures_${record}
          WHERE status != 'provisional'
        ),
        windows AS (
          SELECT window_start, argMin(through, arraySum(mapValues(through))) AS through FROM told GROUP BY window_start
        ),
        counted AS (
          SELECT r.county AS county, w.window_start AS window_start,
            uniqExactIf(${['asset_id', 'event_time', ...namedBy(record)].map(name => `r.${name}`).join(', ')},
              r.kafka_offset < if(t.county = '', w.through, t.through)[r.kafka_partition]) AS readings
          FROM citybrain.readings_${record} AS r
          INNER JOIN windows AS w
            ON w.window_start = fromUnixTimestamp64Milli(intDiv(toUnixTimestamp64Milli(r.event_time), ${windowMs}) * ${windowMs}, 'UTC')
          LEFT JOIN told AS t ON t.county = r.county AND t.window_start = w.window_start
          GROUP BY r.county, w.window_start
        )
      SELECT county, window_start, sum(if(side = 'log', readings, 0)) AS in_log, sum(if(side = 'kpi', readings, 0)) AS in_window
      FROM (
        SELECT county, window_start, toInt64(readings) AS readings, 'log' AS side FROM counted
        UNION ALL
        SELECT county, window_start, readings, 'kpi' AS side FROM told
      )
      GROUP BY county, window_start
      HAVING in_log != in_window
      ORDER BY window_start, county`)
      expect(different).toEqual([])
    },
  )

  test('those windows hold readings', async () => {
    for (const record of ['radio_pm', 'rack', 'facility', 'parking']) {
      const [row] = await rows<{ readings: number; duplicates: number }>(
        `SELECT sum(readings) AS readings, sum(duplicates) AS duplicates FROM citybrain.measures_${record} WHERE status = 'final'`,
      )
      expect(row?.readings, record).toBeGreaterThan(100)
    }
  })
})

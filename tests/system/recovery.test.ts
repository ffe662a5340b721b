import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { recordIds } from '../../schemas/records/record.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson } from './product-clients.ts'
import { expectWindowsAsRead, startSettled } from './settled-product.ts'

/**
 * Everything is killed once, or hangs for a while, under a load that goes on. Each time new final windows follow; in the
 * end the last revision of every window equals SQL over the stored readings.
 */
const patience = { timeout: 240_000, interval: 250 }
const feeds = ['radio_pm', 'rack', 'facility', 'parking']
/** No shorter than what racks and car parks take to report. */
const windows = recordIds.map(record => `${record}=10s/2s`).join(',')
/** What is frozen here is to thaw: nobody kills it meanwhile. */
const args = ['--scale', '0.1', '--seed', '7', '--windows', windows, '--hang-timeout', '0']
const processes = [
  'ingest',
  'aggregate',
  'rollup',
  'correct',
  'archive',
  'census',
  'alerting',
  'api',
] as const
const usersOfClickHouse: readonly Process[] = ['correct', 'archive', 'census', 'api']

type Process = (typeof processes)[number]

let dataDir: string
let product: Product
let clickhouse: ClickHouseClient

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-recovery-'))
  product = await startProduct({ dataDir, args })
  clickhouse = databaseOf(product)
  await finalWindowsAfter(0)
})
afterAll(async () => {
  await clickhouse?.close()
  await product?.stop()
  if (dataDir) await rm(dataDir, { recursive: true, force: true })
})

/** Waits until every periodic feed has a final window with readings that begins after a moment, epoch ms. */
async function finalWindowsAfter(moment: number): Promise<void> {
  const perFeed = feeds.map(
    feed => `SELECT count() > 0 AS found FROM citybrain.measures_${feed}
      WHERE readings > 0 AND window_start > fromUnixTimestamp64Milli(${moment})`,
  )
  const query = `SELECT toInt32(sum(found)) AS feeds FROM (${perFeed.join(' UNION ALL ')})`
  await vi.waitFor(async () => {
    const answer = await clickhouse.query({ query, format: 'JSONEachRow' })
    const [row] = await answer.json<{ readonly feeds: number }>()
    expect(row?.feeds, 'feeds with a new final window').toBe(feeds.length)
  }, patience)
}

/** Waits until the api shows the province's load of a window that ends after a moment, epoch ms. */
async function apiShowsAfter(moment: number): Promise<void> {
  const url = `${product.urls.api}/v1/kpis/latest?region=370000&kpi=datacenter.it_load_kw`
  await vi.waitFor(async () => {
    const { cells } = await fetchJson<{ readonly cells: readonly { readonly window_end: number }[] }>(url)
    expect(Math.max(...cells.map(({ window_end }) => window_end))).toBeGreaterThan(moment)
  }, patience)
}

/** Waits until each process is ready, or says of one of those named that it does not answer. */
async function readiness(silent: string, of: readonly Process[]): Promise<void> {
  for (const name of processes) {
    await vi.waitFor(async () => {
      const answer = await fetch(`http://127.0.0.1:${product.ports[`${name}Admin`]}/readyz`)
      const text = await answer.text()
      if (of.includes(name)) {
        expect(answer.status, text).toBe(503)
        expect(text).toMatch(new RegExp(`^${silent}: no answer for \\d+ s`, 'm'))
      } else expect(text, name).toBe('ready\n')
    }, patience)
  }
}

describe('killed at any instant', () => {
  test.each(['ingest, rollup, archive, correct, census, registry', 'aggregate', 'kafka', 'clickhouse'])(
    '%s',
    async parts => {
      const killedAt = Date.now()
      for (const part of parts.split(', ')) product.kill(part)
      await finalWindowsAfter(killedAt)
    },
  )

  test('api', async () => {
    const killedAt = Date.now()
    product.kill('api')
    await apiShowsAfter(killedAt)
  })
})

describe('away without a word', () => {
  test('kafka: ingest says 503 and when to come again, and takes readings again afterwards', async () => {
    const stoppedAt = Date.now()
    product.kill('kafka', 'SIGSTOP')
    try {
      await vi.waitFor(async () => {
        // Nobody knows this asset: what is refused goes to Kafka too.
        const answer = await fetch(`${product.urls.ingest}/v1/telemetry/rack`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ asset_id: 'nobody', event_time: Date.now() }),
        })
        expect(answer.status).toBe(503)
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      }, patience)
      await readiness('kafka', processes)
    } finally {
      product.kill('kafka', 'SIGCONT')
    }
    await finalWindowsAfter(stoppedAt)
    await readiness('kafka', [])
  })

  test('clickhouse: live values go on, and everything is stored afterwards', async () => {
    const stoppedAt = Date.now()
    product.kill('clickhouse', 'SIGSTOP')
    try {
      // A window that was not begun then.
      await apiShowsAfter(stoppedAt + 20_000)
      await readiness('clickhouse', usersOfClickHouse)
    } finally {
      product.kill('clickhouse', 'SIGCONT')
    }
    await finalWindowsAfter(stoppedAt)
    await readiness('clickhouse', [])
  })
})

test('in the end every window equals SQL over the readings', async () => {
  expect(product.output).not.toContain('has not answered')
  await clickhouse.close()
  expect(await product.stop()).toBe(0)
  product = await startSettled({ dataDir, args })
  clickhouse = databaseOf(product)
  await expectWindowsAsRead(clickhouse, { windows: 5, values: 1_000 })
})

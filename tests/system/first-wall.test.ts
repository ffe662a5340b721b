import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PortName } from '../../deploy/local/setup/ports.ts'
import { listeningSockets } from '../../deploy/local/setup/sockets.ts'
import { views } from '../../schemas/clickhouse/views.ts'
import type { Cell } from '../../schemas/protocol/stream.ts'
import { feeds, recordIds } from '../../schemas/records/record.ts'
import { regions } from '../../schemas/regions/regions.ts'
import { topics } from '../../schemas/topics.ts'
import { launchBrowser } from '../browser/browser.ts'
import { pythonWith } from '../integration/python/venv.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson } from './product-clients.ts'
import { type Attempt, allTricks, ForeignPage } from './strangers/foreign-page.ts'
import { listeningOf } from './strangers/listening.ts'

const run = promisify(execFile)
const kafkaPython = await pythonWith(['confluent-kafka[avro,schemaregistry]'])
const analystPython = await pythonWith(['clickhouse-connect', 'pandas'])
const cities = regions.filter(({ level }) => level === 'city').map(({ code }) => code)
/** A feed's KPI that every city has from the start. */
const anchors = {
  radio: 'radio.accessibility_pct',
  datacenter: 'datacenter.racks_in_use_pct',
  grid: 'grid.inspected_km',
  parking: 'parking.occupancy_pct',
} satisfies Record<(typeof feeds)[number], string>

let product: Product
beforeAll(async () => {
  product = await startProduct()
})
afterAll(() => product?.stop())

async function latest(): Promise<readonly Cell[]> {
  const url = `${product.urls.api}/v1/kpis/latest?region=370000&depth=subtree`
  return (await fetchJson<{ readonly cells: readonly Cell[] }>(url)).cells
}

/** Feeds and cities of which nothing can be shown. */
async function missing(): Promise<readonly string[]> {
  const shown = new Set(
    (await latest()).filter(({ value }) => value !== null).map(({ kpi, region }) => `${kpi} ${region}`),
  )
  return feeds
    .flatMap(feed => cities.map(city => `${anchors[feed]} ${city}`))
    .filter(cell => !shown.has(cell))
}

test('within a minute every city has values of all four feeds', async () => {
  expect(cities).toHaveLength(16)
  await vi.waitFor(async () => expect(await missing()).toEqual([]), { timeout: 60_000, interval: 500 })
})

test.skipIf(process.platform !== 'linux')('listens on the sockets of docs/access.md, and on no other', () => {
  expect(listeningOf(product.processes())).toEqual(
    listeningSockets().map(({ port, process: part }) => ({
      part,
      port: product.ports[port],
      loopback: true,
    })),
  )
})

describe('a page of another site in a browser', () => {
  const victim = join(tmpdir(), `citybrain-victim-${process.pid}`)
  const write = `/?query=${encodeURIComponent(
    `INSERT INTO FUNCTION file('${victim}', 'RawBLOB', 'x String') SELECT 'x'`,
  )}`
  const lot = {
    asset_id: 'lot-of-a-stranger',
    record: 'parking',
    kind: 'lot',
    county: '370102',
    period_s: 60,
  }
  const paths: Partial<Record<PortName, string>> = {
    clickhouse: write,
    ingest: '/v1/assets',
    registry: '/subjects/telemetry.rack-value/versions',
    api: '/v1/kpis/latest',
  }
  const ports = listeningSockets().filter(({ speaks }) => speaks !== 'Kafka')
  const urls = () =>
    ports.map(({ port }) => `http://127.0.0.1:${product.ports[port]}${paths[port] ?? '/metrics'}`)

  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test('gets no port to do anything', async () => {
    await using page = await ForeignPage.open(browser)
    const attempts: Attempt[] = []
    for (const url of urls()) {
      for (const trick of allTricks) attempts.push(await page.asks(trick, url, JSON.stringify([lot])))
    }
    expect(attempts.filter(({ status }) => status !== 403)).toEqual([])
    expect(attempts).toHaveLength(ports.length * allTricks.length)
    expect(existsSync(victim)).toBe(false)
    // Nor is the asset registered.
    const reading = {
      asset_id: lot.asset_id,
      event_time: Date.now(),
      status: 'open',
      capacity: 10,
      occupied: 1,
    }
    const answer = await fetch(`${product.urls.ingest}/v1/telemetry/parking`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(reading),
    })
    expect(await answer.json()).toMatchObject({
      status: 422,
      accepted: 0,
      rejected: [{ code: 'unknown_asset' }],
    })
  })

  test('is not taken for us under a name that points here', async () => {
    await using page = await ForeignPage.open(browser)
    for (const url of [...urls(), `${product.urls.api}/`]) {
      expect(await page.rebinds(url), url).toBe(421)
    }
  })

  test('opens no stream', async () => {
    await using page = await ForeignPage.open(browser)
    expect(await page.opens(product.urls.stream)).toBe(false)
  })

  test('may link to the wall', async () => {
    await using page = await ForeignPage.open(browser)
    const wall = `${product.urls.api}/`
    expect(await page.asks('link', wall, '')).toMatchObject({ status: 200 })
    for (const trick of ['fetch', 'frame', 'form'] as const) {
      expect(await page.asks(trick, wall, '')).toMatchObject({ status: 403 })
    }
  })
})

describe('clients that nobody here wrote', () => {
  beforeAll(async () => {
    const database = databaseOf(product)
    try {
      await vi.waitFor(
        async () => {
          const result = await database.query({
            query: 'SELECT toInt32(count()) AS rows FROM citybrain.kpi_revisions',
            format: 'JSONEachRow',
          })
          expect(await result.json()).not.toEqual([{ rows: 0 }])
        },
        { timeout: 120_000, interval: 500 },
      )
    } finally {
      await database.close()
    }
  })

  test.skipIf(kafkaPython === null)("Confluent's Python client decodes every topic", async () => {
    const script = join(import.meta.dirname, 'python/read_topics.py')
    const names = topics.map(({ name }) => name)
    const { stdout } = await run(kafkaPython ?? '', [
      script,
      product.urls.kafka,
      product.urls.registry,
      ...names,
    ])
    const seen: Record<string, { decoded: number; held: number; fields: string[] }> = JSON.parse(stdout)
    for (const name of names) expect(seen[name]?.decoded, name).toBe(seen[name]?.held)
    for (const name of ['telemetry.rack', 'telemetry.radio_pm', 'telemetry.parking', 'telemetry.facility']) {
      expect(seen[name]?.fields).toEqual(expect.arrayContaining(['asset_id', 'county', 'event_time']))
    }
    for (const name of ['registry.assets', 'kpi.partial', 'kpi.regional']) {
      expect(seen[name]?.held, name).toBeGreaterThan(0)
    }
  })

  test.skipIf(analystPython === null)('clickhouse-connect reads every view into a DataFrame', async () => {
    const script = join(import.meta.dirname, 'python/read_views.py')
    // As the start prints it.
    const url = readFileSync(join(product.dataDir, 'clickhouse-url'), 'utf8').trim()
    const readViews = async (): Promise<Record<string, { rows: number; columns: Record<string, string> }>> =>
      JSON.parse((await run(analystPython ?? '', [script, url, 'citybrain'])).stdout)
    // The wall has values before the first window is final and stored.
    const seen = await vi.waitFor(
      async () => {
        const read = await readViews()
        for (const name of [
          'assets',
          'kpi',
          'readings_rack',
          'readings_parking',
          'measures_rack',
          'kpi_revisions',
        ]) {
          expect(read[name]?.rows, name).toBeGreaterThan(0)
        }
        return read
      },
      { timeout: 120_000, interval: 1_000 },
    )
    expect(Object.keys(seen).sort()).toEqual(views.map(({ name }) => name).sort())
    for (const id of recordIds) {
      const { rows, columns } = seen[`readings_${id}`] ?? { rows: 0, columns: {} }
      // Of nothing, this client makes a frame without columns; defects are rare.
      if (rows > 0) expect(columns.event_time, id).toMatch(/^datetime64/)
    }
    expect(seen.kpi?.columns.value).toBe('float64')
  })
})

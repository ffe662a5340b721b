import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson, postJson } from './product-clients.ts'

/**
 * A gateway in Jinan was cut off while one in Qingdao went on: what it saved up becomes one revision per window, for its
 * county and all above it, with its reason; windows of which nothing was known become known.
 */
const windowMs = 10_000
const lixia = '370102'
const shinan = '370202'
const above = [lixia, '370100', 'circle-shenghui', '370000']
const racksPerCounty = 50
/** W; each rack reports 1 kW more than the one before. */
const powerOf = (rack: number): number => 1_000 * (rack + 1)
const loadKw = (racksPerCounty * (racksPerCounty + 1)) / 2
const patience = { timeout: 180_000, interval: 250 }

let product: Product
let clickhouse: ClickHouseClient
let live: Promise<void>
const ending = new AbortController()

beforeAll(async () => {
  product = await startProduct({ args: ['--no-simulator', '--windows', 'rack=10s/3s'] })
  clickhouse = databaseOf(product)
  const assets = [lixia, shinan].flatMap(county =>
    Array.from({ length: racksPerCounty }, (_, rack) => ({
      asset_id: `${county}-${rack}`,
      record: 'rack',
      kind: 'rack',
      county,
      period_s: 10,
    })),
  )
  await postJson(`${product.urls.ingest}/v1/assets`, assets)
  live = keepReporting()
}, 240_000)

afterAll(async () => {
  ending.abort()
  await live
  await clickhouse?.close()
  await product?.stop()
})

test('a thousand late readings are one revision of their window, and all above it', {
  timeout: 240_000,
}, async () => {
  const start = await finalWindow()
  const before = await cell(lixia, start)
  expect(before).toMatchObject({ status: 'final', revision: 1, readings: 0, coverage: 0, reason: null })
  const [province] = [await cell('370000', start)]
  expect(province).toMatchObject({ revision: 1, readings: racksPerCounty, reason: null })

  // Twenty readings of each rack, in four requests one after the other, and two of them sent again.
  const readings = Array.from({ length: 20 }, (_, i) => saved(start + i * 500)).flat()
  for (let part = 0; part < 4; part++) await send(readings.filter((_, i) => i % 4 === part))
  await send(readings.slice(0, 2))
  for (const region of above) {
    await vi.waitFor(async () => {
      const now = await cell(region, start)
      const known = region === '370000' ? racksPerCounty : 0
      expect(now).toMatchObject({
        status: 'corrected',
        revision: 2,
        readings: known + 1_000,
        reason: 'late',
        late_readings: 1_000,
      })
      expect(now?.value).toBeCloseTo(region === '370000' ? 2 * loadKw : loadKw, 6)
    }, patience)
  }
  expect(await cell(shinan, start), 'another county is left alone').toMatchObject({ revision: 1 })

  const revisions = await rows<{ revision: number; n: number }>(
    `SELECT revision, count() AS n FROM citybrain.kpi_revisions
     WHERE kpi = 'datacenter.it_load_kw' AND region IN ('${above.join("', '")}')
       AND toUnixTimestamp64Milli(window_start) = ${start} GROUP BY revision ORDER BY revision`,
  )
  expect(revisions.map(({ revision, n }) => [revision, Number(n)])).toEqual([
    [1, above.length],
    [2, above.length],
  ])
  const url = `${product.urls.api}/v1/kpis/datacenter.it_load_kw/series?region=${lixia}&from=${start}&to=${start + windowMs}`
  const { series } = await fetchJson<{ series: { points: { value: number; status: string }[] }[] }>(url)
  expect(series[0]?.points[0]).toMatchObject({ value: loadKw, status: 'corrected' })
})

test('what a gateway saved up drains while live windows go on', { timeout: 400_000 }, async () => {
  const newest = await finalWindow()
  const hour = 3_600_000
  const starts = Array.from({ length: 360 }, (_, i) => newest - (i + 1) * windowMs).filter(
    start => start > newest - hour,
  )
  const drained = async () => {
    const [row] = await rows<{ windows: number }>(
      `SELECT uniqExact(window_start) AS windows FROM citybrain.kpi
       WHERE kpi = 'datacenter.it_load_kw' AND region = '${lixia}' AND readings >= ${2 * racksPerCounty}
         AND toUnixTimestamp64Milli(window_start) IN (${starts.join(', ')})`,
    )
    return Number(row?.windows)
  }
  for (const start of starts) await send([saved(start + 1_000), saved(start + 6_000)].flat())
  await vi.waitFor(async () => expect(await drained()).toBe(starts.length), patience)

  const wrong = await rows(
    `SELECT region, toUnixTimestamp64Milli(window_start) AS start, value, readings, revision FROM citybrain.kpi
     WHERE kpi = 'datacenter.it_load_kw' AND region IN ('${lixia}', '370100', 'circle-shenghui')
       AND toUnixTimestamp64Milli(window_start) IN (${starts.join(', ')})
       AND NOT (abs(value - ${loadKw}) < 1e-6 AND readings IN (${2 * racksPerCounty}, 1000))`,
  )
  expect(wrong).toEqual([])
  const [silent] = await rows<{ gaps: number }>(
    `SELECT countIf(readings = 0) AS gaps FROM citybrain.kpi
     WHERE kpi = 'datacenter.it_load_kw' AND region = '${shinan}' AND revision = 1
       AND toUnixTimestamp64Milli(window_start) > ${newest} AND reason IS NULL`,
  )
  expect(Number(silent?.gaps), 'no live window closed without its readings').toBe(0)
  const later = await finalWindow()
  expect(later, 'windows became final meanwhile').toBeGreaterThan(newest)
})

/** Qingdao reports once a window, in its first second or as soon as it can. */
async function keepReporting(): Promise<void> {
  let next = Math.ceil(Date.now() / windowMs) * windowMs
  while (!ending.signal.aborted) {
    await vi.waitFor(() => expect(Date.now() >= next || ending.signal.aborted).toBe(true), {
      timeout: 2 * windowMs,
      interval: 50,
    })
    const time = Date.now()
    await send(
      Array.from({ length: racksPerCounty }, (_, rack) => ({
        asset_id: `${shinan}-${rack}`,
        event_time: time,
        it_power_w: powerOf(rack),
        in_use: true,
      })),
    )
    next = (Math.floor(time / windowMs) + 1) * windowMs
  }
}

/** What the gateway in Jinan saved up at a moment. */
function saved(eventTime: number) {
  return Array.from({ length: racksPerCounty }, (_, rack) => ({
    asset_id: `${lixia}-${rack}`,
    event_time: eventTime,
    it_power_w: powerOf(rack),
    in_use: true,
  }))
}

async function send(readings: readonly unknown[]): Promise<void> {
  const answer = await postJson<{ accepted: number; rejected: readonly unknown[] }>(
    `${product.urls.ingest}/v1/telemetry/rack`,
    readings,
  )
  expect(answer).toEqual({ accepted: readings.length, rejected: [] })
}

/** The newest window that is final with the readings of Qingdao. */
async function finalWindow(): Promise<number> {
  return vi.waitFor(async () => {
    const [row] = await rows<{ start: number }>(
      `SELECT max(toUnixTimestamp64Milli(window_start)) AS start FROM citybrain.kpi
       WHERE kpi = 'datacenter.it_load_kw' AND region = '${shinan}' AND readings = ${racksPerCounty}`,
    )
    expect(Number(row?.start)).toBeGreaterThan(0)
    return Number(row?.start)
  }, patience)
}

interface StoredCell {
  readonly value: number | null
  readonly status: string
  readonly revision: number
  readonly readings: number
  readonly coverage: number | null
  readonly reason: string | null
  readonly late_readings: number
}

async function cell(region: string, start: number): Promise<StoredCell | undefined> {
  const [row] = await rows<StoredCell>(
    `SELECT value, status, revision, toInt32(readings) AS readings, coverage, reason, toInt32(late_readings) AS late_readings
     FROM citybrain.kpi WHERE kpi = 'datacenter.it_load_kw' AND region = '${region}'
       AND toUnixTimestamp64Milli(window_start) = ${start}`,
  )
  return row
}

async function rows<T>(query: string): Promise<T[]> {
  return (await clickhouse.query({ query, format: 'JSONEachRow' })).json<T>()
}

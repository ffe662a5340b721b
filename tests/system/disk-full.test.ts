import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../platform/clickhouse/clickhouse-failure.ts'
import { messageOf } from '../../platform/errors.ts'
import { noSmallDisk, SmallDisk } from '../small-disk.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf, fetchJson, postJson } from './product-clients.ts'

/** The real Kafka and ClickHouse on a disk that is full for a while; what was acknowledged is stored afterwards. */
const why = noSmallDisk()
if (why !== null) process.stderr.write(`left out: ${import.meta.filename}: ${why}\n`)

const patience = { timeout: 240_000, interval: 250 }
const racks = Array.from({ length: 50 }, (_, i) => `370102-r-${i}`)
/** Readings of all racks at one moment; moments that were acknowledged, and how many there have been. */
const acknowledged = new Set<number>()
let moment = Date.now() - 60_000

let folder: string
let disk: SmallDisk
let product: Product
let clickhouse: ClickHouseClient

beforeAll(async () => {
  if (why !== null) return
  folder = await mkdtemp(join(tmpdir(), 'citybrain-disk-full-'))
  disk = SmallDisk.mount(join(folder, 'disk'), 400)
  product = await startProduct({
    dataDir: join(disk.folder, 'data'),
    script: 'tests/system/storing-launcher.ts',
    args: ['--no-simulator'],
    env: { DISK_LOW_MIB: '40', DISK_FULL_MIB: '20' },
  })
  clickhouse = databaseOf(product)
  const asset = { record: 'rack', kind: 'rack', county: '370102', period_s: 10 }
  await postJson(
    `${product.urls.ingest}/v1/assets`,
    racks.map(asset_id => ({ ...asset, asset_id })),
  )
})
afterAll(async () => {
  await clickhouse?.close()
  await product?.stop()
  disk?.unmount()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** The answer to readings of another moment. */
async function send(): Promise<Response> {
  moment += 100
  const answer = await fetch(`${product.urls.ingest}/v1/telemetry/rack`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(
      racks.map(asset_id => ({ asset_id, event_time: moment, it_power_w: 1000, inlet_temp_c: 22 })),
    ),
  })
  if (answer.status === 202) acknowledged.add(moment)
  return answer
}

async function storedMoments(): Promise<ReadonlySet<number>> {
  const answer = await clickhouse.query({
    query: `SELECT toUnixTimestamp64Milli(event_time) AS at FROM citybrain.readings_rack
      GROUP BY event_time HAVING count() = ${racks.length}`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return new Set((await answer.json<{ readonly at: number }>()).map(({ at }) => at))
}

async function everythingIsStored(): Promise<void> {
  await vi.waitFor(async () => {
    const stored = await storedMoments()
    expect([...acknowledged].filter(at => !stored.has(at))).toEqual([])
  }, patience)
}

describe.skipIf(why !== null)('a disk that is full', () => {
  test('refuses readings, says so everywhere, and ends nothing', async () => {
    for (let i = 0; i < 5; i++) expect((await send()).status).toBe(202)
    await everythingIsStored()

    // ClickHouse begins nothing any more, and what it has begun comes to its end.
    disk.fill(30)
    await vi.waitFor(async () => {
      const merges = await clickhouse.query({ query: 'SELECT * FROM system.merges', format: 'JSONEachRow' })
      expect(await merges.json()).toEqual([])
    }, patience)
    const early = clickhouse.insert({
      table: 'citybrain.readings_rack_store',
      values: [{ asset_id: 'x' }],
      format: 'JSONEachRow',
    })
    await expect(early).rejects.toMatchObject({ code: '243' })
    disk.fill()
    await product.printed(/ERROR disk {8}disk full: .*goes on by itself/)
    // What others give back in between is taken too.
    await vi.waitFor(async () => {
      disk.fill()
      const answer = await send()
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(product.output).toMatch(/kafka +waits for room on the disk before it starts/)
    }, patience)

    disk.fill()
    const row = { asset_id: 'x'.repeat(100_000) }
    const insert = { table: 'citybrain.readings_rack_store', values: [row], format: 'JSONEachRow' } as const
    await expect(clickhouse.insert(insert)).rejects.toMatchObject({ code: '243' })
    // Without data of its own the engine itself finds out.
    const query = `INSERT INTO citybrain.readings_rack_store (asset_id) SELECT toString(number) FROM numbers(1000000)`
    const error = await clickhouse.command({ query }).catch((reason: unknown) => reason)
    expect(failureOf(error), messageOf(error)).toBe('disk_full')
    const health = await fetchJson<{ readonly disk: string }>(`${product.urls.api}/v1/health/data`)
    expect(health.disk).toBe('full')
  })

  test('once there is room everything goes on by itself, and what was acknowledged is there', async () => {
    const from = product.output.length
    disk.relieve()
    await product.printed(/disk {8}room again/, { from })
    await product.printed(/kafka +is ready again/, { from, timeoutMs: patience.timeout })
    await vi.waitFor(async () => expect((await send()).status).toBe(202), patience)
    await everythingIsStored()
    const health = await fetchJson<{ readonly disk: string }>(`${product.urls.api}/v1/health/data`)
    expect(health.disk).toBe('ok')
    expect(product.output).not.toContain('failure=refused')
    expect(await product.stop()).toBe(0)
  })
})

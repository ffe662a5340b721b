import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { recordIds } from '../../schemas/records/record.ts'
import { topicNames } from '../../schemas/topics.ts'
import { type Product, startProduct } from './product.ts'
import { databaseOf } from './product-clients.ts'
import { expectWindowsAsRead, startSettled } from './settled-product.ts'

/**
 * Partitions are added to topics while readings come in: car parks move to other partitions in the middle of a window, and
 * windows to other partitions of kpi.partial.
 */
const patience = { timeout: 240_000, interval: 500 }
/** Of car parks longer than a car park takes to report, so that one may report twice in a window. */
const parkingMs = 30_000
const windows = recordIds.map(record => `${record}=${record === 'parking' ? parkingMs / 1000 : 10}s/2s`)
const args = ['--scale', '0.1', '--seed', '7', '--windows', windows.join(',')]

let dataDir: string
let product: Product
let clickhouse: ClickHouseClient

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-partitions-'))
  product = await startProduct({ dataDir, args })
  clickhouse = databaseOf(product)
})
afterAll(async () => {
  await clickhouse?.close()
  await product?.stop()
  if (dataDir) await rm(dataDir, { recursive: true, force: true })
})

async function count(query: string): Promise<number> {
  const answer = await clickhouse.query({
    query: `SELECT toInt32(count()) AS n FROM (${query})`,
    format: 'JSONEachRow',
  })
  const [row] = await answer.json<{ readonly n: number }>()
  return row?.n ?? 0
}

async function withAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [product.urls.kafka], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await ask(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Until topics have so many partitions, by name. */
function add(counts: Readonly<Record<string, number>>): Promise<unknown> {
  const topicPartitions = Object.entries(counts).map(([topic, count]) => ({ topic, count }))
  return withAdmin(admin => admin.createPartitions({ topicPartitions }))
}

/** Final windows of car parks that include readings of this many partitions. */
const finalsOf = (partitions: number) => `SELECT DISTINCT window_start FROM citybrain.kpi
  WHERE kpi = 'parking.lots_reporting' AND region = '370000' AND length(lineage_partition) = ${partitions}`

/** Car parks with readings of one window in two partitions. */
const divided = `SELECT asset_id FROM citybrain.readings_parking
  GROUP BY asset_id, intDiv(toUnixTimestamp64Milli(event_time), ${parkingMs}) HAVING uniqExact(kafka_partition) > 1`

test('partitions added to running topics are read, and what they put in doubt is computed again', async () => {
  await vi.waitFor(async () => expect(await count(finalsOf(4))).toBeGreaterThan(1), patience)
  await add({ 'telemetry.parking': 6, [topicNames.partial]: 6, [topicNames.late]: 5 })
  await vi.waitFor(async () => expect(await count(finalsOf(6))).toBeGreaterThan(1), patience)
  // Whether a car park reports on both sides of the change within one window is luck: another change, another chance.
  for (let partitions = 8; partitions <= 14 && (await count(divided)) === 0; partitions += 2) {
    await add({ 'telemetry.parking': partitions })
    await vi.waitFor(async () => expect(await count(finalsOf(partitions))).toBeGreaterThan(1), patience)
  }
  expect(await count(divided), 'car parks that moved within a window').toBeGreaterThan(0)
  const noticed = `SELECT 1 FROM citybrain.late WHERE noticed_by = 'repartition' AND record = 'parking'`
  await vi.waitFor(async () => expect(await count(noticed)).toBeGreaterThan(0), patience)
})

test('in the end the last revision of every window equals SQL over the readings', async () => {
  await clickhouse.close()
  expect(await product.stop()).toBe(0)
  product = await startSettled({ dataDir, args })
  clickhouse = databaseOf(product)
  await expectWindowsAsRead(clickhouse, { windows: 3, values: 500 })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { Publisher } from '../../../processors/publish/publisher.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { stackEnvironment } from '../stack-environment.ts'
import { testKafka } from './rack-archive.ts'

const kafka = testKafka(inject('kafkaBrokers'))
const registry = new SchemaRegistry(inject('registryUrl'))
const publisher = new Publisher(kafka, registry)
const minute = 60_000
const patience = { timeout: 90_000, interval: 300 }
/** A window and names of this file's own: the topics are shared with other tests. */
const start = Math.floor(Date.now() / minute) * minute - 7 * minute
const asset = `archive-test-${start}`
let db: TestDatabase

beforeAll(async () => {
  await ensureTopics(kafka)
  db = await testDatabase(undefined, false)
  await publisher.start()
})
afterAll(async () => {
  await publisher.stop()
  await db.drop()
})

function processors(...names: string[]): ChildProcess {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../../processors/main.ts'), ...names],
    {
      env: {
        ...stackEnvironment(db.database),
        CENSUS_WINDOW: '2000',
        ADMIN_PORT: '0',
        LOG_LEVEL: 'error',
      },
      stdio: 'inherit',
    },
  )
  return child
}

async function stop(child: ChildProcess): Promise<unknown> {
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  return code
}

async function publish(topic: string, key: string, value: object): Promise<void> {
  const writer = await avroWriter<object>(registry, topic)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: [{ key, value: writer.encode(value) }] })
  await producer.disconnect()
}

function regional(change: Partial<RegionalMessage>): RegionalMessage {
  return {
    region: '370102',
    level: 'county',
    record: 'rack',
    window_start: start,
    window_end: start + minute,
    status: 'final',
    revision: 1,
    version: 100,
    coverage: 0.5,
    assets: 1,
    expected: 2,
    readings: 3,
    duplicates: 0,
    event_time_max: start + 59_000,
    computed_at: start + minute,
    reason: null,
    late_readings: 0,
    measures: [1500, 3, 1, 3, 2, 3, 27.5],
    kpis: [{ kpi: 'datacenter.it_load_kw', value: 1.5, numerator: 1500, denominator: 1000 }],
    lineage: [{ partition: 2, from_offset: 5, through_offset: 9 }],
    ...change,
  }
}

const assetRow = {
  asset_id: asset,
  record: 'parking',
  kind: 'lot',
  county: '370102',
  name: 'P1',
  lat: null,
  lon: null,
  period_s: 60,
  capacity: 10,
  length_km: null,
  voltage_kv: null,
  commissioned_at: Date.now() - 1,
  retired_at: null,
  source_dataset: null,
  source_id: null,
  updated_at: start,
}

it('archives settled KPIs, assets, late notices and dead letters, and takes the census of them', async () => {
  await publish(topicNames.assets, asset, assetRow)
  await publish(topicNames.rejected, asset, {
    record: 'rack',
    asset_id: asset,
    event_time: null,
    received_at: start,
    source: null,
    code: 'unknown_asset',
    message: 'not registered',
    payload: '{}',
  })
  const late = { record: 'rack', county: '370102', window_start: start, window_ms: minute, partition: 1 }
  await publisher.publish({
    late: [
      { ...late, record: 'rack', from_offset: 3, through_offset: 4, readings: 1, noticed_by: 'aggregate' },
    ],
    regional: [
      regional({ status: 'provisional', revision: 0, version: 90 }),
      regional({}),
      regional({ region: '370100', level: 'city' }),
    ],
  })
  const archive = processors('archive', 'census')
  const mine = `window_start = fromUnixTimestamp64Milli(${start}) AND kpi = 'datacenter.it_load_kw'`
  const count = async (query: string) => {
    const [row] = await db.rows<{ n: number }>(query)
    return row?.n ?? 0
  }
  // The process creates the database first.
  await vi.waitUntil(
    async () =>
      (await count(
        `SELECT toUInt32(count()) AS n FROM system.tables WHERE database = '${db.database}' AND name = 'kpi_1d'`,
      )) === 1,
    patience,
  )
  await vi.waitUntil(
    async () => (await count(`SELECT toUInt32(count()) AS n FROM db.kpi WHERE ${mine}`)) === 2,
    patience,
  )
  await publisher.publish({ regional: [regional({ status: 'corrected', revision: 2, version: 101 })] })
  await vi.waitUntil(
    async () => (await count(`SELECT toUInt32(max(revision)) AS n FROM db.kpi WHERE ${mine}`)) === 2,
    patience,
  )

  expect(
    await db.rows(`SELECT region, status, revision FROM db.kpi_revisions WHERE ${mine} ORDER BY ALL`),
  ).toEqual([
    { region: '370100', status: 'final', revision: 1 },
    { region: '370102', status: 'corrected', revision: 2 },
    { region: '370102', status: 'final', revision: 1 },
  ])
  expect(
    await db.rows(
      `SELECT county, it_power_w, inlet_max_c, revision, lineage_through_offset FROM db.measures_rack WHERE window_start = fromUnixTimestamp64Milli(${start})`,
    ),
  ).toEqual([
    { county: '370102', it_power_w: 1500, inlet_max_c: 27.5, revision: 2, lineage_through_offset: [9] },
  ])
  await vi.waitUntil(
    async () =>
      (await count(
        `SELECT toUInt32(count()) AS n FROM db.assets WHERE asset_id = '${asset}' AND capacity = 10`,
      )) === 1,
    patience,
  )
  await vi.waitUntil(
    async () =>
      (await count(
        `SELECT toUInt32(count()) AS n FROM db.rejected WHERE asset_id = '${asset}' AND code = 'unknown_asset'`,
      )) === 1,
    patience,
  )
  await vi.waitUntil(
    async () =>
      (await count(
        `SELECT toUInt32(count()) AS n FROM db.late WHERE from_offset = 3 AND window_start = fromUnixTimestamp64Milli(${start})`,
      )) === 1,
    patience,
  )
  // The car park was commissioned just now, so the census counts it, at every level.
  const lots = `SELECT toUInt32(uniqExactIf(region, value >= 1)) AS n FROM db.kpi WHERE kpi = 'parking.lots_this_year' AND region IN ('370102', '370100', 'circle-shenghui', '370000')`
  await vi.waitUntil(async () => (await count(lots)) === 4, patience)
  expect(await stop(archive)).toBe(0)
})

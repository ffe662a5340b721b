import { once } from 'node:events'
import { createClient } from '@clickhouse/client'
import avro from 'avsc'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clickhouseKey, clickhousePassword } from '../../clickhouse-password.ts'
import { type RunningClickHouse, startClickHouse } from './start-clickhouse.ts'

let server: RunningClickHouse

beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

const millis = { type: 'long', logicalType: 'timestamp-millis' }
const schema = avro.Type.forSchema({
  type: 'record',
  name: 'alarm',
  fields: [
    { name: 'asset_id', type: 'string' },
    { name: 'event_time', type: millis },
    { name: 'found_at', type: ['null', millis], default: null },
    { name: 'power_w', type: ['null', 'double'], default: null },
    { name: 'images', type: ['null', 'int'], default: null },
    { name: 'in_use', type: ['null', 'boolean'], default: null },
    { name: 'state', type: { type: 'enum', name: 'state_t', symbols: ['raised', 'cleared'] } },
    { name: 'grade', type: { type: 'enum', name: 'grade_t', symbols: ['general', 'critical'] } },
    { name: 'source', type: ['null', 'string'], default: null },
    { name: 'not_archived', type: 'string', default: '' },
  ],
} as unknown as avro.Schema)

async function ocf(records: readonly object[], codec = 'null'): Promise<Buffer> {
  const encoder = new avro.streams.BlockEncoder(schema, { codec })
  const chunks: Buffer[] = []
  encoder.on('data', chunk => chunks.push(chunk))
  const end = once(encoder, 'end')
  for (const record of records) encoder.write(record)
  encoder.end()
  await end
  return Buffer.concat(chunks)
}

const columns = 'asset_id, event_time, found_at, power_w, images, in_use, state, grade, source'
const insert = (body: Buffer, settings = '') =>
  fetch(
    `${server.url}/?query=${encodeURIComponent(`INSERT INTO citybrain.alarms (${columns}) FORMAT Avro`)}${settings}`,
    { method: 'POST', headers: clickhouseKey, body: new Uint8Array(body) },
  )

it('archives Avro containers: unions, times, enums, defaults', async () => {
  const client = createClient({ url: server.url, password: clickhousePassword })
  await client.command({ query: 'CREATE DATABASE citybrain' })
  await client.command({
    query: `CREATE TABLE citybrain.alarms (asset_id String, event_time DateTime64(3, 'UTC'),
      found_at Nullable(DateTime64(3, 'UTC')), power_w Nullable(Float64), images Nullable(UInt16),
      in_use Nullable(Bool), state LowCardinality(String), grade Enum8('critical' = 3, 'general' = 1),
      source LowCardinality(Nullable(String)), county String DEFAULT substring(asset_id, 1, 6))
      ENGINE = ReplacingMergeTree ORDER BY (asset_id, event_time)`,
  })
  const at = Date.UTC(2026, 2, 1, 12, 0, 0, 123)
  const records = Array.from({ length: 20_000 }, (_, i) => ({
    asset_id: `370102-${i}`,
    event_time: at + i,
    found_at: i % 2 ? at - i : null,
    power_w: i % 3 ? i / 7 : null,
    images: i % 5 ? i : null,
    in_use: i % 4 ? i % 4 === 1 : null,
    state: i % 2 ? 'raised' : 'cleared',
    grade: i % 2 ? 'critical' : 'general',
    source: i % 10 ? 'mqtt' : null,
    not_archived: 'x'.repeat(i % 5),
  }))
  const response = await insert(await ocf(records), '&insert_deduplication_token=p0-1&async_insert=0')
  expect(await response.text()).toBe('')
  expect(JSON.parse(response.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({
    written_rows: '20000',
  })
  const rows = await (
    await client.query({
      query: `SELECT ${columns}, county FROM citybrain.alarms ORDER BY event_time`,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_denormals: 1 },
    })
  ).json<Record<string, unknown>>()
  const iso = (ms: number | null) =>
    ms === null ? null : new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
  expect(rows).toEqual(
    records.map(({ not_archived, ...record }) => ({
      ...record,
      event_time: iso(record.event_time),
      found_at: iso(record.found_at),
      county: '370102',
    })),
  )
  // One insert is one part: it is there as a whole or not at all.
  const parts = await client.query({
    query: `SELECT toUInt32(rows) FROM system.parts WHERE active AND table = 'alarms'`,
    format: 'JSONCompactEachRow',
  })
  expect(await parts.json()).toEqual([[20_000]])
  await client.close()
})

it('takes compressed containers and refuses broken ones whole', async () => {
  const count = async () =>
    Number(
      await (
        await fetch(`${server.url}/?query=SELECT+count()+FROM+citybrain.alarms`, { headers: clickhouseKey })
      ).text(),
    )
  const before = await count()
  const record = {
    asset_id: '370103-1',
    event_time: 0,
    state: 'raised',
    grade: 'critical',
    not_archived: '',
    ...{ found_at: null, power_w: null, images: null, in_use: null, source: null },
  }
  const records = Array.from({ length: 5000 }, (_, i) => ({ ...record, event_time: i }))
  expect((await insert(await ocf(records, 'deflate'))).status).toBe(200)
  expect(await count()).toBe(before + 5000)
  const broken = await ocf(records)
  const response = await insert(broken.subarray(0, broken.length - 100))
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(await response.text()).toMatch(/^Code: \d+\. DB::Exception: /)
  expect(await count()).toBe(before + 5000)
})

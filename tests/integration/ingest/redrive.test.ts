import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { wallClock } from '../../../platform/clock.ts'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'
import { DeadLetters } from '../../../processors/archive/dead-letters.ts'
import { firstLogs } from '../../first-log.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { type IngestProcess, startIngest } from './ingest-process.ts'
import { storedMessages } from './stored-messages.ts'

const root = join(import.meta.dirname, '../../..')
const day = 86_400_000
const stores = { KAFKA_BROKERS: inject('kafkaBrokers'), SCHEMA_REGISTRY_URL: inject('registryUrl') }
const registry = new SchemaRegistry(stores.SCHEMA_REGISTRY_URL)
/** The topics are shared with other tests: everything of this file has the run in its name. */
const run = randomUUID().slice(0, 8)
const lot = (name: string) => `lot-${run}-${name}`
const began = Date.now()
let kafka: Kafka
let ingest: IngestProcess
let db: TestDatabase
let archive: ChildProcess

beforeAll(async () => {
  kafka = kafkaClient(readConfig(kafkaSettings, stores), 'test', createLog('test', 'silent'))
  ingest = await startIngest({ ...stores, MAX_FUTURE_S: '5', MAX_AGE_DAYS: '1' })
  db = await testDatabase(undefined, false)
  archive = spawn(process.execPath, ['processors/main.ts', 'archive'], {
    cwd: root,
    env: {
      ...process.env,
      ...stores,
      NODE_OPTIONS: '',
      CLICKHOUSE_URL: inject('clickhouseUrl'),
      CLICKHOUSE_DATABASE: db.database,
      ADMIN_PORT: '0',
      LOG_LEVEL: 'error',
    },
    stdio: 'inherit',
  })
})
afterAll(async () => {
  await ingest?.stop()
  if (archive?.exitCode === null) {
    archive.kill('SIGTERM')
    await once(archive, 'exit')
  }
  await db?.drop()
})

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `npm run redrive` on what this file had refused. */
const redrive = (...args: readonly string[]) => redriveWith(stores, ...args)

function redriveWith(addresses: typeof stores, ...args: readonly string[]): Promise<Run> {
  const all = ['ingest/redrive.ts', '--door', ingest.url, '--from', new Date(began).toISOString(), ...args]
  const env = { ...process.env, ...addresses, NODE_OPTIONS: '' }
  return new Promise(resolve => {
    const child = execFile(process.execPath, all, { cwd: root, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

async function register(...names: readonly string[]): Promise<void> {
  const assets = names.map(name => ({
    asset_id: lot(name),
    record: 'parking',
    kind: 'lot',
    county: '370102',
  }))
  const response = await ingest.post('/v1/assets', assets)
  expect(await response.json()).toEqual({ accepted: names.length, rejected: [] })
}

const parking = (name: string, event_time: number | string, rest: object = {}) => ({
  asset_id: lot(name),
  event_time,
  status: 'open',
  capacity: 100,
  occupied: 40,
  ...rest,
})

/** Posts readings that are all refused; resolves with their codes. */
async function refused(...items: readonly object[]): Promise<readonly string[]> {
  const response = await ingest.post('/v1/telemetry/parking', items)
  const answer: { accepted: number; rejected: readonly { code: string }[] } = JSON.parse(
    await response.text(),
  )
  expect(answer.accepted).toBe(0)
  return answer.rejected.map(({ code }) => code)
}

/** What is in a topic of these names, in log order. */
async function stored(topic: string, ...names: readonly string[]) {
  const keys = new Set(names.map(lot))
  const all = await storedMessages(kafka, registry, topic, key => key !== undefined && keys.has(key))
  return all.map(({ value }) => value)
}

describe('redrive', () => {
  it('sends the readings of an asset that was registered since, once', async () => {
    const time = Date.now() - 60_000
    const items = [
      parking('a', new Date(time).toISOString(), { source: 'operator' }),
      parking('a', time + 1),
      parking('b', time),
    ]
    expect(await refused(...items)).toEqual(Array(3).fill('unknown_asset'))
    await register('a')

    const selection = ['--reason', 'unknown_asset', '--record', 'parking']
    const dry = await redrive(...selection, '--dry-run')
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('parking unknown_asset: 3 (') })
    expect(dry.stdout).toContain('dry run: 3 would be sent again')
    expect(await stored('telemetry.parking', 'a', 'b')).toEqual([])

    const first = await redrive(...selection)
    expect(first).toMatchObject({ code: 0 })
    expect(first.stdout).toContain('3 matched, 0 more were redriven before')
    expect(first.stdout).toContain('sent again: 2 accepted, 1 still refused\n  unknown_asset: 1 (')
    const readings = await stored('telemetry.parking', 'a', 'b')
    expect(readings).toMatchObject([
      { asset_id: lot('a'), county: '370102', event_time: time, source: 'operator', occupied: 40 },
      { asset_id: lot('a'), county: '370102', event_time: time + 1, source: null },
    ])
    expect(Number(readings[0]?.received_at)).toBeGreaterThan(time + 60_000 - 1)

    // Only what is still refused is offered again, and it is the same dead letter as before.
    const second = await redrive(...selection)
    expect(second.code).toBe(1)
    expect(second.stdout).toContain('1 matched, 2 more were redriven before')
    expect(second.stdout).toContain('sent again: 0 accepted, 1 still refused')
    expect(await stored('telemetry.rejected', 'a', 'b')).toHaveLength(3)

    await register('b')
    expect(await redrive(...selection)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('sent again: 1 accepted, 0 still refused'),
    })
    expect(await redrive(...selection)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/0 matched, 3 more.*\nsent again: 0 accepted, 0 still refused\n$/),
    })
    expect(await stored('telemetry.parking', 'a', 'b')).toHaveLength(3)

    expect(await redrive(...selection, '--again')).toMatchObject({
      stdout: expect.stringContaining('sent again: 3 accepted'),
    })
    expect(await stored('telemetry.parking', 'a', 'b')).toHaveLength(6)
  })

  it('sends only what was asked for, by reason and by when it was refused', async () => {
    const time = Date.now() - 60_000
    expect(await refused(parking('c', time), parking('c', time + 1, { occupied: 101 }))).toEqual([
      'unknown_asset',
      'field_relation',
    ])
    const [last] = (await stored('telemetry.rejected', 'c')).slice(-1)
    const between = new Date(Number(last?.received_at) + 1).toISOString()
    await vi.waitUntil(() => Date.now() >= Date.parse(between))
    expect(await refused(parking('c', time + 2))).toEqual(['unknown_asset'])
    await register('c')

    expect((await redrive('--reason', 'field_relation')).stdout).toContain(
      'sent again: 0 accepted, 1 still refused\n  field_relation: 1 (occupied 101 is greater than capacity 100)',
    )
    expect((await redrive('--reason', 'unknown_asset', '--from', between)).stdout).toContain('1 accepted')
    expect(await stored('telemetry.parking', 'c')).toMatchObject([{ event_time: time + 2 }])
    expect((await redrive('--reason', 'unknown_asset', '--to', between)).stdout).toContain('1 accepted')
    expect(await stored('telemetry.parking', 'c')).toMatchObject([
      { event_time: time + 2 },
      { event_time: time },
    ])
    expect((await redrive('--record', 'rack')).stdout).toContain('0 matched')
  })

  it('keeps to the limits of time, each of them until it was moved', async () => {
    await register('d')
    const ahead = Date.now() + 600_000
    const old = Date.now() - 2 * day
    const both = ['event_time_in_future', 'event_time_too_old']
    expect(await refused(parking('d', ahead), parking('d', old))).toEqual(both)
    const selection = both.flatMap(code => ['--reason', code])

    const early = await redrive(...selection)
    expect(early.code).toBe(1)
    expect(early.stdout).toContain('sent again: 0 accepted, 2 still refused')
    expect(early.stdout).toMatch(/event_time_too_old: 1 \(.* is older than 1 days at /)
    expect(early.stdout).toMatch(/event_time_in_future: 1 \(.* is more than 5 s ahead of /)

    for (const limits of [
      { MAX_FUTURE_S: '3600', MAX_AGE_DAYS: '1' },
      { MAX_FUTURE_S: '5', MAX_AGE_DAYS: '3' },
    ]) {
      await ingest.stop()
      ingest = await startIngest({ ...stores, ...limits })
      expect((await redrive(...selection)).stdout).toContain('sent again: 1 accepted')
    }
    expect(await stored('telemetry.parking', 'd')).toMatchObject([{ event_time: ahead }, { event_time: old }])
    expect(await stored('telemetry.rejected', 'd')).toHaveLength(2)
  })

  it('sends what the archive could not store where it decodes, and reports what does not', async () => {
    await register('e')
    const deadLetters = new DeadLetters({ kafka, registry, logs: firstLogs, clock: wallClock })
    await deadLetters.start()
    const writer = await avroWriter<object>(registry, 'telemetry.parking')
    const place = { partition: 1, offset: 7, key: Buffer.from(lot('e')), timestamp: String(Date.now()) }
    const event_time = Date.now() - 60_000
    const numbers = { capacity: 10, occupied: 3, entries: null, exits: 2 }
    const reading = { asset_id: lot('e'), event_time, source: 'operator', status: 'open', ...numbers }
    const value = writer.encode({ ...reading, county: '370103', received_at: event_time + 5 })
    await deadLetters.refuse('telemetry.parking', { ...place, value }, 'refused for this test')
    const noSuchSchema = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3])
    for (const broken of [Buffer.from('garbage'), value.subarray(0, 12), noSuchSchema]) {
      await deadLetters.refuse('telemetry.parking', { ...place, value: broken }, 'broken')
    }
    await deadLetters.stop()

    const { code, stdout } = await redrive('--reason', 'archive_refused')
    expect(stdout).toContain(
      'sent again: 1 accepted, 3 still refused\n  undecodable: 3 (telemetry.parking 1/7: ',
    )
    expect(code).toBe(0)
    expect(await stored('telemetry.parking', 'e')).toMatchObject([{ ...reading, county: '370102' }])
  })

  it('counts what no door can take', async () => {
    const lines = `{"asset_id":"${lot('f')}"\n17\n{"asset_id":"${lot('f')}","event_time":1}`
    const response = await ingest.post('/v1/telemetry/parking', lines, {
      'content-type': 'application/x-ndjson',
    })
    expect(response.status).toBe(422)
    const selection = ['malformed_json', 'not_an_object', 'empty_reading'].flatMap(code => ['--reason', code])
    const { code, stdout } = await redrive(...selection)
    expect(code).toBe(1)
    expect(stdout).toContain('sent again: 0 accepted, 3 still refused')
    for (const refusal of ['malformed_json: 1', 'not_an_object: 1', 'empty_reading: 1']) {
      expect(stdout).toContain(`  ${refusal} (`)
    }
  })

  it('leaves in ClickHouse which dead letters were redriven', async () => {
    const open = () =>
      db.rows<{ asset_id: string; code: string; redriven: number }>(
        `SELECT asset_id, code, ((kafka_partition, kafka_offset) IN
            (SELECT rejected_partition, rejected_offset FROM db.redriven))::UInt8 AS redriven
          FROM db.rejected WHERE asset_id LIKE 'lot-${run}-_' ORDER BY kafka_offset`,
      )
    const letter = (name: string, code: string, redriven: number) => ({ asset_id: lot(name), code, redriven })
    await expect
      .poll(open, { timeout: 60_000, interval: 200 })
      .toEqual([
        letter('a', 'unknown_asset', 1),
        letter('a', 'unknown_asset', 1),
        letter('b', 'unknown_asset', 1),
        letter('c', 'unknown_asset', 1),
        letter('c', 'field_relation', 0),
        letter('c', 'unknown_asset', 1),
        letter('d', 'event_time_in_future', 1),
        letter('d', 'event_time_too_old', 1),
        letter('e', 'archive_refused', 1),
        ...Array(3).fill(letter('e', 'archive_refused', 0)),
        letter('f', 'empty_reading', 0),
      ])
  })

  it('ends with 64 when it was asked wrongly, with 1 when nothing answers', async () => {
    expect(await redrive('--reason', 'bad_luck')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('expected one of malformed_json, '),
    })
    const nowhere = await redriveWith({ ...stores, KAFKA_BROKERS: '127.0.0.1:1' })
    expect(nowhere).toMatchObject({ code: 1, stdout: '' })
    expect(nowhere.stderr).toContain('Kafka at 127.0.0.1:1: ')
    expect(nowhere.stderr).toContain('is it running?')
  })
})

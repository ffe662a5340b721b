import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { LastingAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { archiveGroup } from '../../../processors/archive/topic-archiver.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import { app } from '../../api/app.ts'
import { committedOffsets, endOffsets } from '../../chaos/observe/committed-offsets.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { type IngestProcess, startIngest } from '../ingest/ingest-process.ts'
import { testKafka } from './rack-archive.ts'

/** A county's power fails: every second 1,200 devices tell of something. */
const devices = 1_200
const seconds = 30
const county = '371725'
const run = randomUUID().slice(0, 8)
const topic = telemetryTopic('radio_alarm')
const patience = { timeout: 150_000, interval: 500 }

const kafka = testKafka(inject('kafkaBrokers'))
const admin = new LastingAdmin(kafka)
let db: TestDatabase
let ingest: IngestProcess
let archive: ChildProcess

beforeAll(async () => {
  const stores = {
    KAFKA_BROKERS: inject('kafkaBrokers'),
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
    CLICKHOUSE_URL: inject('clickhouseUrl'),
  }
  db = await testDatabase()
  await admin.connect()
  ingest = await startIngest(stores)
  archive = spawn(process.execPath, [join(import.meta.dirname, '../../../processors/main.ts'), 'archive'], {
    env: {
      ...process.env,
      ...stores,
      NODE_OPTIONS: '',
      CLICKHOUSE_DATABASE: db.database,
      ADMIN_PORT: '0',
      LOG_LEVEL: 'error',
    },
    stdio: 'inherit',
  })
})
afterAll(async () => {
  if (archive.exitCode === null) {
    archive.kill('SIGTERM')
    await once(archive, 'exit')
  }
  await ingest.stop()
  await admin.disconnect()
  await db.drop()
})

async function lag(): Promise<number> {
  const committed = await committedOffsets(admin, archiveGroup(topic), topic)
  return [...(await endOffsets(admin, topic))].reduce(
    (sum, [partition, end]) => sum + end - Math.max(0, committed.get(partition) ?? 0),
    0,
  )
}

test('a storm of 1,200 alarms a second goes through the door into the table of active alarms, and leaves no lag', async () => {
  const ids = Array.from({ length: devices }, (_, i) => `cell-${run}-${i}`)
  const assets = ids.map(asset_id => ({
    asset_id,
    record: 'radio_alarm',
    kind: 'cell',
    county,
    period_s: 900,
  }))
  expect((await ingest.post('/v1/assets', assets)).status).toBe(202)

  const start = Date.now() - seconds * 1_000
  for (let second = 0; second < seconds; second++) {
    // Every third report takes back what the device said the second before.
    const clears = second % 3 === 2
    const reports = ids.map((asset_id, i) =>
      JSON.stringify({
        asset_id,
        event_time: start + second * 1_000 + (i % 1_000),
        alarm_id: `${run}-${i}-${clears ? second - 1 : second}`,
        state: clears ? 'cleared' : 'raised',
        perceived_severity: clears ? 'CLEARED' : i % 10 === 0 ? 'CRITICAL' : 'MINOR',
        probable_cause: 'powerProblem',
      }),
    )
    const answer = await ingest.post('/v1/telemetry/radio_alarm', reports.join('\n'), {
      'content-type': 'application/x-ndjson',
    })
    expect([answer.status, await answer.json()]).toEqual([202, { accepted: devices, rejected: [] }])
  }

  await vi.waitUntil(async () => (await lag()) === 0, patience)
  const api = await app({ stored: { clickhouseUrl: inject('clickhouseUrl'), database: db.database } })
  const { counts } = (await api.inject(`/v1/alarms?region=${county}&limit=0`)).json()
  await api.close()
  const active = (devices * seconds) / 3
  expect(counts).toEqual([
    {
      region: county,
      total: active,
      by_severity: {
        CRITICAL: active / 10,
        MAJOR: 0,
        MINOR: (active * 9) / 10,
        WARNING: 0,
        INDETERMINATE: 0,
      },
    },
  ])
})

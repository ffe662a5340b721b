import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { Console } from '../../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../../deploy/local/setup/ports.ts'
import { defaultCacheDir, stores } from '../../../deploy/local/stores.ts'
import { Supervisor } from '../../../deploy/local/supervise/supervisor.ts'
import { type IngestProcess, startIngest, until } from './ingest-process.ts'

const env = { ...process.env, NODE_OPTIONS: '' }
let dataDir: string
let supervisor: Supervisor
let startBroker: () => Promise<void>
let ingest: IngestProcess

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-outage-'))
  const ports = portsAt(await freePortOffset('127.0.0.1'))
  const options = {
    host: '127.0.0.1',
    ports,
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'error',
    env,
  } as const
  const kafka = stores(options).find(({ name }) => name === 'kafka')!
  startBroker = async () => {
    supervisor = new Supervisor({ console: new Console({ screen: process.stderr, level: 'error' }), env })
    await supervisor.start([[kafka.part]])
  }
  await startBroker()
  ingest = await startIngest({
    KAFKA_BROKERS: kafka.address,
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
    PRODUCE_TIMEOUT_MS: '2000',
    LOG_LEVEL: 'info',
  })
})
afterAll(async () => {
  await ingest?.stop()
  await supervisor?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

it('says 503 while the broker is away, 202 again when it is back, and stays up', async () => {
  const reading = () => ({ asset_id: 'r', event_time: Date.now(), in_use: true })
  await ingest.post('/v1/assets', [{ asset_id: 'r', record: 'rack', kind: 'rack', county: '370102' }])
  expect((await ingest.post('/v1/telemetry/rack', reading())).status).toBe(202)

  await supervisor.stop()
  for (const path of ['/v1/telemetry/rack', '/v1/telemetry/rack']) {
    const refused = await ingest.post(path, reading())
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'broker_unavailable' })
  }
  const asset = { asset_id: 'never', record: 'rack', kind: 'rack', county: '370102' }
  expect((await ingest.post('/v1/assets', [asset])).status).toBe(503)

  await startBroker()
  await until('readings are taken again', 60_000, async () => {
    const { status } = await ingest.post('/v1/telemetry/rack', reading())
    return status === 202 ? status : undefined
  })
  expect(await ingest.stop()).toBe(0)
})

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openFirstLogs } from '../open-first-logs.ts'
import { type OwnStores, ownStores } from '../started-stores.ts'
import { type IngestProcess, startIngest, until } from './ingest-process.ts'

let broker: OwnStores
let ingest: IngestProcess

beforeAll(async () => {
  broker = await ownStores(['kafka'])
  await broker.start()
  await openFirstLogs(broker.addresses.KAFKA_BROKERS ?? '', inject('registryUrl'))
  ingest = await startIngest({
    ...broker.addresses,
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
    PRODUCE_TIMEOUT_MS: '2000',
    LOG_LEVEL: 'info',
  })
})
afterAll(async () => {
  await ingest?.stop()
  await broker?.remove()
})

it('says 503 while the broker is away, 202 again when it is back, and stays up', async () => {
  const reading = () => ({ asset_id: 'r', event_time: Date.now(), in_use: true })
  await ingest.post('/v1/assets', [{ asset_id: 'r', record: 'rack', kind: 'rack', county: '370102' }])
  expect((await ingest.post('/v1/telemetry/rack', reading())).status).toBe(202)

  await broker.stop()
  for (const path of ['/v1/telemetry/rack', '/v1/telemetry/rack']) {
    const refused = await ingest.post(path, reading())
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'broker_unavailable' })
  }
  const asset = { asset_id: 'never', record: 'rack', kind: 'rack', county: '370102' }
  expect((await ingest.post('/v1/assets', [asset])).status).toBe(503)

  await broker.start()
  await until('readings are taken again', 60_000, async () => {
    const { status } = await ingest.post('/v1/telemetry/rack', reading())
    return status === 202 ? status : undefined
  })
  expect(await ingest.stop()).toBe(0)
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Console } from '../../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../../deploy/local/setup/ports.ts'
import { defaultCacheDir, type Store, stores } from '../../../deploy/local/stores.ts'
import { Supervisor } from '../../../deploy/local/supervise/supervisor.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { reachableRegistry } from '../../../platform/avro/reachable-registry.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { createLog } from '../../../platform/log.ts'

const env = { ...process.env, NODE_OPTIONS: '' }
const log = createLog('test', 'silent')
let dataDir: string
let store: Store
let supervisor: Supervisor

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-registry-'))
  const ports = portsAt(await freePortOffset('127.0.0.1'))
  const options = {
    host: '127.0.0.1',
    ports,
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'error',
    env,
  } as const
  store = stores(options).find(({ name }) => name === 'registry')!
  supervisor = new Supervisor({ console: new Console({ screen: process.stderr, level: 'error' }), env })
})
afterAll(async () => {
  await supervisor?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

test('a process that starts before the registry waits for it', async () => {
  const registry = new SchemaRegistry(store.address)
  await expect(avroWriter(registry, 'kpi.late')).rejects.toMatchObject({ code: 'registry_unavailable' })
  const waiting = reachableRegistry(registry, log)
  const reached = waiting.start()
  await supervisor.start([[store.part]])
  await reached
  expect((await avroWriter(registry, 'kpi.late')).schemaId).toBeGreaterThan(0)
  await waiting.stop()
})

test('one that is told to stop meanwhile stops', async () => {
  const waiting = reachableRegistry(new SchemaRegistry('http://127.0.0.1:1'), log)
  const reached = waiting.start()
  await waiting.stop()
  await expect(reached).rejects.toThrow()
})

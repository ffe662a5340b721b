import { afterAll, beforeAll, expect, test } from 'vitest'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import { reachableRegistry } from '../../../platform/avro/reachable-registry.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { createLog } from '../../../platform/log.ts'
import { type OwnStores, ownStores } from '../started-stores.ts'

const log = createLog('test', 'silent')
let stores: OwnStores

beforeAll(async () => {
  stores = await ownStores(['registry'])
})
afterAll(() => stores?.remove())

test('a process that starts before the registry waits for it', async () => {
  const registry = new SchemaRegistry(stores.addresses.SCHEMA_REGISTRY_URL!)
  await expect(avroWriter(registry, 'kpi.late')).rejects.toMatchObject({ code: 'registry_unavailable' })
  const waiting = reachableRegistry(registry, log)
  const reached = waiting.start()
  await stores.start()
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

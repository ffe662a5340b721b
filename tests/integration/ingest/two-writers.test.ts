import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { type IngestProcess, startIngest } from './ingest-process.ts'
import { storedMessages } from './stored-messages.ts'

/** Two doors write the same assets at the same time, each without knowing what the other one says. */
const run = randomUUID().slice(0, 8)
const ids = Array.from({ length: 300 }, (_, i) => `twice-${run}-${i}`)
const asset = (asset_id: string, more: object = {}) => ({
  ...{ asset_id, record: 'rack', kind: 'rack', county: '370102', period_s: 60 },
  ...more,
})
let doors: readonly [IngestProcess, IngestProcess]

beforeAll(async () => {
  const env = { KAFKA_BROKERS: inject('kafkaBrokers'), SCHEMA_REGISTRY_URL: inject('registryUrl') }
  doors = [await startIngest(env), await startIngest(env)]
})
afterAll(() => Promise.all((doors ?? []).map(door => door.stop())))

const kafka = () =>
  kafkaClient(
    readConfig(kafkaSettings, { KAFKA_BROKERS: inject('kafkaBrokers') }),
    'test',
    createLog('test', 'silent'),
  )

it('neither what a sender said of an asset nor its earlier reading is lost', async () => {
  const [one, other] = doors
  const registry = new SchemaRegistry(inject('registryUrl'))
  const registered = async () => {
    const all = await storedMessages(kafka(), registry, topicNames.assets)
    return all.filter(({ key }) => key?.includes(run))
  }
  const before = Date.now() - 600_000
  expect(
    (
      await one.post(
        '/v1/assets',
        ids.map(id => asset(id)),
      )
    ).status,
  ).toBe(202)
  // The other door knows them once it takes their readings.
  await vi.waitFor(async () => {
    const now = Date.now()
    const readings = ids.map(asset_id => ({ asset_id, event_time: now, it_power_w: 1 }))
    expect((await other.post('/v1/telemetry/rack', readings)).status).toBe(202)
  })
  const earlier = ids.map(asset_id => ({ asset_id, event_time: before, it_power_w: 1 }))
  const answers = await Promise.all([
    ...[0, 1, 2].map(part =>
      one.post(
        '/v1/assets',
        ids.filter((_, i) => i % 3 === part).map(id => asset(id, { name: 'renamed' })),
      ),
    ),
    other.post('/v1/telemetry/rack', earlier),
  ])
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
  await vi.waitFor(
    async () => {
      const last = new Map((await registered()).map(({ key, value }) => [key, value]))
      expect(last.size).toBe(ids.length)
      const wrong = [...last.values()].filter(
        ({ name, expected_from }) => name !== 'renamed' || Number(expected_from) !== before,
      )
      expect(wrong).toEqual([])
    },
    { timeout: 30_000, interval: 200 },
  )
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Console } from '../../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../../deploy/local/setup/ports.ts'
import { defaultCacheDir, type Store, stores } from '../../../deploy/local/stores.ts'
import { Supervisor } from '../../../deploy/local/supervise/supervisor.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'
import { testKafka } from '../archive/rack-archive.ts'

const topic = 'test.followed'
const patience = { timeout: 120_000, interval: 100 }
const env = { ...process.env, NODE_OPTIONS: '' }
let dataDir: string
let broker: Store
let kafka: Kafka
let supervisor: Supervisor
let follower: TopicFollower
/** Offsets in the order in which they were delivered. */
const delivered: number[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citybrain-follower-'))
  const ports = portsAt(await freePortOffset('127.0.0.1'))
  const options = {
    host: '127.0.0.1',
    ports,
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'error',
    env,
  } as const
  broker = stores(options).find(({ name }) => name === 'kafka')!
  kafka = testKafka(broker.address)
  follower = new TopicFollower({
    kafka,
    topic,
    follower: 'test',
    from: 'beginning',
    onMessages: messages => {
      for (const { offset } of messages) delivered.push(Number(offset))
    },
    log: createLog('test', 'silent'),
  })
})
afterAll(async () => {
  await follower?.stop()
  await supervisor?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

function startBroker(): Promise<void> {
  supervisor = new Supervisor({ console: new Console({ screen: process.stderr, level: 'error' }), env })
  return supervisor.start([[broker.part]])
}

async function send(count: number): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: count }, () => ({ value: 'x' }))
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()
}

test('waits for a broker that is not up, and for its group coordinator', async () => {
  const starting = follower.start()
  await startBroker()
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
  await admin.disconnect()
  await starting
  await send(10)
  await vi.waitUntil(() => delivered.length >= 10, patience)
  expect(delivered).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('goes on where it stood when the broker was restarted', async () => {
  await supervisor.stop()
  await startBroker()
  await send(3)
  await vi.waitUntil(() => delivered.includes(12), patience)
  expect(delivered.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(delivered.slice(10)).toEqual([10, 11, 12])
})

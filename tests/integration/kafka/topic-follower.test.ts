import type { Kafka } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import { createLog } from '../../../platform/log.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { type OwnStores, ownStores } from '../started-stores.ts'

const topic = 'test.followed'
const patience = { timeout: 120_000, interval: 100 }
let broker: OwnStores
let kafka: Kafka
let follower: TopicFollower
/** Offsets in the order in which they were delivered. */
const delivered: number[] = []

beforeAll(async () => {
  broker = await ownStores(['kafka'])
  kafka = testKafka(broker.addresses.KAFKA_BROKERS!)
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
  await broker?.remove()
})

async function send(count: number): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: count }, () => ({ value: 'x' }))
  await producer.send({ topic, acks: -1, messages })
  await producer.disconnect()
}

test('waits for a broker that is not up, and for its group coordinator', async () => {
  const starting = follower.start()
  await broker.start()
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
  await broker.stop()
  await broker.start()
  await send(3)
  await vi.waitUntil(() => delivered.includes(12), patience)
  expect(delivered.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(delivered.slice(10)).toEqual([10, 11, 12])
})

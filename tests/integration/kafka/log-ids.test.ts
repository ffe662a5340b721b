import type { Admin, Kafka } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import { testKafka } from '../archive/rack-archive.ts'
import { type OwnStores, ownStores } from '../started-stores.ts'

const patience = { timeout: 60_000, interval: 100 }
const topics = ['test.one', 'test.two']
let broker: OwnStores
let kafka: Kafka

beforeAll(async () => {
  broker = await ownStores(['kafka'])
  kafka = testKafka(broker.addresses.KAFKA_BROKERS!)
  await broker.start()
  await asAdmin(admin => admin.createTopics({ waitForLeaders: true, topics: topics.map(newTopic) }))
})
afterAll(() => broker?.remove())

const newTopic = (topic: string) => ({ topic, numPartitions: 4 })

async function asAdmin<T>(act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await act(admin)
  } finally {
    await admin.disconnect()
  }
}

/** A UUID as Kafka writes it. */
const uuid = /^[\w-]{22}$/

test('every topic has an id of its own, one that does not exist has none and is not created', async () => {
  const asked = await topicIds(kafka, [...topics, 'test.unknown', 'test.one'])
  expect(asked.clusterId).toBe((await asAdmin(admin => admin.describeCluster())).clusterId)
  expect([...asked.topics.keys()].toSorted()).toEqual(topics)
  for (const id of asked.topics.values()) expect(id).toMatch(uuid)
  expect(new Set(asked.topics.values()).size).toBe(2)
  expect((await topicIds(kafka, ['test.unknown'])).topics.size).toBe(0)
  expect((await topicIds(kafka, [])).topics.size).toBe(0)
})

test('ids stay over a restart of the broker, which is waited for', async () => {
  const before = await topicIds(kafka, topics)
  await broker.stop()
  const asked = topicIds(kafka, topics)
  await broker.start()
  expect(await asked).toEqual(before)
})

test('a topic that is deleted has no id, and another one when it is created again', async () => {
  const before = await topicIds(kafka, topics)
  await asAdmin(admin => admin.deleteTopics({ topics: ['test.one'] }))
  await vi.waitFor(
    async () => expect([...(await topicIds(kafka, topics)).topics.keys()]).toEqual(['test.two']),
    patience,
  )
  await asAdmin(admin => admin.createTopics({ topics: [newTopic('test.one')] }))
  const after = await vi.waitFor(async () => {
    const asked = await topicIds(kafka, topics)
    expect(asked.topics.get('test.one')).toMatch(uuid)
    return asked
  }, patience)
  expect(after.topics.get('test.one')).not.toBe(before.topics.get('test.one'))
  expect(after.topics.get('test.two')).toBe(before.topics.get('test.two'))
  expect(after.clusterId).toBe(before.clusterId)
})

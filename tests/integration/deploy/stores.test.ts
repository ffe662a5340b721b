import { createClient } from '@clickhouse/client'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'

test('the broker takes a topic and gives back what was produced', async () => {
  const kafka = new Kafka({ brokers: [inject('kafkaBrokers')], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'stores-test' })
  await Promise.all([admin.connect(), producer.connect(), consumer.connect()])
  try {
    await admin.createTopics({ topics: [{ topic: 'stores-test', numPartitions: 2 }], waitForLeaders: true })
    await producer.send({ topic: 'stores-test', acks: -1, messages: [{ key: 'k', value: 'v' }] })
    await consumer.subscribe({ topic: 'stores-test', fromBeginning: true })
    const received = new Promise<string>(resolve => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) })
    })
    expect(await received).toBe('v')
  } finally {
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()])
  }
})

test('a topic that nobody created does not come into being', async () => {
  const kafka = new Kafka({
    brokers: [inject('kafkaBrokers')],
    logLevel: logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 10 },
  })
  const producer = kafka.producer()
  await producer.connect()
  try {
    await expect(producer.send({ topic: 'no-such-topic', messages: [{ value: 'v' }] })).rejects.toThrow()
  } finally {
    await producer.disconnect()
  }
})

test('ClickHouse answers', async () => {
  const client = createClient({ url: inject('clickhouseUrl'), password: clickhousePassword })
  try {
    const result = await client.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })
    expect(await result.json()).toEqual([{ one: 1 }])
  } finally {
    await client.close()
  }
})

test('the registry gives an id and gives back the schema', async () => {
  const registry = new SchemaRegistry(inject('registryUrl'))
  const schema = JSON.stringify({ type: 'record', name: 'S', fields: [{ name: 'x', type: 'int' }] })
  const id = await registry.register('stores-test-value', schema)
  expect(JSON.parse(await registry.schemaOf(id))).toEqual(JSON.parse(schema))
})

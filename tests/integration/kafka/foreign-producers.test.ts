import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { EachBatchPayload, KafkaMessage } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { jarsDir } from '../../../deploy/local/kafka/broker-jars.ts'
import { javaCommand } from '../../../deploy/local/kafka/java.ts'
import { defaultCacheDir } from '../../../deploy/local/stores.ts'
import { readToEnd } from '../../../ingest/redrive/read-to-end.ts'
import { readConfig } from '../../../platform/config.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { CompressionTypes } from '../../../platform/kafka/kafkajs.ts'
import { largestBatchBytes } from '../../../platform/kafka/undecodable-batch.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { pythonWith } from '../python/venv.ts'
import { stranger } from './stranger.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'foreign')
const python = await pythonWith(['confluent-kafka[avro,schemaregistry]'])
const patience = { timeout: 120_000, interval: 50 }
const id = randomUUID()
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
/** More than fit into one block of Snappy or LZ4. */
const count = 1_500
const throttled = `throttled-${id}`
const topicOf = (name: string) => `test.foreign.${name}.${id}`
const values = (many: number) =>
  Array.from({ length: many }, (_, i) => `value ${i} ${'0123456789 '.repeat(i % 40)}`)

function client(instanceId: string, brokers: string = inject('kafkaBrokers')) {
  const metrics = new Metrics('test')
  const config = readConfig(kafkaSettings, { KAFKA_BROKERS: brokers, INSTANCE_ID: instanceId })
  const log = createLog('test', 'silent')
  return { kafka: kafkaClient(config, 'test', log, { metrics }), metrics, log }
}

/** Everything that the topic holds now. */
async function all(topic: string, kafka = client(id).kafka): Promise<KafkaMessage[]> {
  const messages: KafkaMessage[] = []
  const onMessages = async (some: readonly KafkaMessage[]) => void messages.push(...some)
  await readToEnd({ kafka, topic, log: createLog('test', 'silent'), onMessages })
  return messages
}

const texts = (messages: readonly KafkaMessage[]) => messages.map(({ value }) => value?.toString())

beforeAll(async () => {
  const { kafka } = client(id)
  const admin = kafka.admin()
  await admin.connect()
  const names = [...codecs.flatMap(codec => [`java-${codec}`, `librdkafka-${codec}`]), ...transactions]
  await admin.createTopics({
    waitForLeaders: true,
    topics: [...names, 'bomb', 'short', 'slow'].map(name => ({ topic: topicOf(name), numPartitions: 1 })),
  })
  await admin.disconnect()
  const java = [
    ...codecs.flatMap(codec => ['send', topicOf(`java-${codec}`), codec, String(count)]),
    ...transactions.flatMap(outcome => ['transaction', topicOf(outcome), outcome, '10']),
    ...['quota', `test@${throttled}`, '12000'],
  ]
  const classPath = join(jarsDir(defaultCacheDir), '*')
  const source = join(folder, 'ForeignProducer.java')
  await run(javaCommand(process.env), ['-cp', classPath, source, inject('kafkaBrokers'), ...java])
})

const transactions = ['commit', 'abort'] as const

describe('what other producers compress is read', () => {
  test.each(codecs)("Kafka's Java client, %s", async codec => {
    expect(texts(await all(topicOf(`java-${codec}`)))).toEqual(values(count))
  })

  test.skipIf(python === null).each(codecs)('librdkafka, %s', async codec => {
    const topic = topicOf(`librdkafka-${codec}`)
    await run(python ?? '', [join(folder, 'produce.py'), inject('kafkaBrokers'), topic, codec, String(count)])
    expect(texts(await all(topic))).toEqual(values(count))
  })
})

test('the end of a log that is the end of a transaction is reached', async () => {
  expect(texts(await all(topicOf('commit')))).toEqual(values(10))
  expect(await all(topicOf('abort'))).toEqual([])
})

/** A member of a group of one topic; it commits nothing. */
async function consume(
  topic: string,
  groupId: string,
  with_ = client(id),
  more: { readonly maxBytesPerPartition?: number } = {},
) {
  const batches: EachBatchPayload['batch'][] = []
  const consumer = with_.kafka.consumer({ groupId, maxWaitTimeInMs: 100, ...more })
  onTestFinished(() => consumer.disconnect())
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => void batches.push(batch),
  })
  const messages = () => batches.flatMap(batch => batch.messages)
  return { ...with_, messages }
}

test('a batch that would expand beyond the limit is passed over, alone and counted', async () => {
  const topic = topicOf('bomb')
  const producer = stranger(inject('kafkaBrokers')).producer()
  await producer.connect()
  const bomb = { key: 'bomb', value: Buffer.alloc(largestBatchBytes + 1) }
  await producer.send({ topic, messages: [{ value: 'before' }] })
  await producer.send({ topic, messages: [bomb], compression: CompressionTypes.GZIP })
  await producer.send({ topic, messages: [{ value: 'after' }] })
  await producer.disconnect()
  const { messages, metrics } = await consume(topic, `bomb-${id}`)
  await vi.waitUntil(() => messages().length >= 2, patience)
  expect(texts(messages())).toEqual(['before', 'after'])
  expect(await metrics.registry.metrics()).toContain(
    `citybrain_test_undecodable_batches_total{topic="${topic}",partition="0"} 1`,
  )
  expect(texts(await all(topic))).toEqual(['before', 'after'])
})

test('where retention was shorter than the lag, reading goes on with what is left and says what is lost', async () => {
  const topic = topicOf('short')
  const groupId = `short-${id}`
  const { kafka } = client(id)
  const producer = kafka.producer()
  const admin = kafka.admin()
  await Promise.all([producer.connect(), admin.connect()])
  onTestFinished(async () => void (await Promise.all([producer.disconnect(), admin.disconnect()])))
  const messages = Array.from({ length: 30 }, (_, i) => ({ value: String(i) }))
  await producer.send({ topic, messages })
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '5' }] })
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '20' }] })
  const consumer = await consume(topic, groupId)
  await vi.waitUntil(() => consumer.messages().length >= 10, patience)
  expect(consumer.messages().map(({ offset }) => Number(offset))).toEqual([
    20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
  ])
  expect(await consumer.metrics.registry.metrics()).toContain(
    `citybrain_test_lost_offsets_total{topic="${topic}",partition="0"} 15`,
  )
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
  expect(committed?.partitions, 'what the group knows is its own to change').toMatchObject([{ offset: '5' }])

  // A topic of other people comes and goes; who reads this one does not notice.
  const passing = topicOf('passing')
  await admin.createTopics({ topics: [{ topic: passing }] })
  await admin.deleteTopics({ topics: [passing] })
  await producer.send({ topic, messages: [{ value: '30' }] })
  await vi.waitUntil(() => consumer.messages().length >= 11, patience)
})

test('a client that the brokers slow down reads everything, once', async () => {
  const topic = topicOf('slow')
  const producer = client(id).kafka.producer()
  await producer.connect()
  const sent = Array.from({ length: 20 }, (_, i) => `${i} ${'x'.repeat(10_000)}`)
  // One batch a message, one batch a fetch: the quota of the ten seconds that Kafka looks at is used up before the last.
  for (const value of sent) await producer.send({ topic, messages: [{ value }] })
  await producer.disconnect()
  const { messages } = await consume(topic, `slow-${id}`, client(throttled), { maxBytesPerPartition: 1_000 })
  await vi.waitUntil(() => messages().length >= sent.length, patience)
  expect(texts(messages())).toEqual(sent)
})

describe('brokers with an IPv6 address', () => {
  const proxy = createServer(socket => {
    const [host = '', port = ''] = inject('kafkaBrokers').split(':')
    const broker = connectTo(Number(port), host)
    for (const end of [socket, broker]) end.on('error', () => socket.destroy())
    socket.pipe(broker).pipe(socket)
  })
  afterAll(() => void proxy.close())

  test('are reached', async () => {
    await new Promise<void>((resolve, reject) => {
      proxy.once('error', reject).listen(0, '::1', resolve)
    })
    const { port } = proxy.address() as AddressInfo
    expect(await all(topicOf('java-none'), client(id, `[::1]:${port}`).kafka)).toHaveLength(count)
  })
})

import { randomUUID } from 'node:crypto'
import type { Consumer, Producer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { testKafka } from '../archive/rack-archive.ts'
import { BrokerCluster } from './broker-cluster.ts'

const partitions = [0, 1]
const patience = { timeout: 60_000, interval: 20 }
let cluster: BrokerCluster
let producer: Producer
let reader: Reader

beforeAll(async () => {
  cluster = await BrokerCluster.started()
  producer = testKafka(cluster.brokers).producer()
  await producer.connect()
})
afterAll(async () => {
  await producer?.disconnect()
  await cluster?.remove()
})

/** A member of a group that commits every batch, and notes what must not happen. */
class Reader {
  readonly topic = `test.moved.${randomUUID()}`
  readonly groupId = `test-${randomUUID()}`
  /** By partition: where the next message is. */
  readonly next = new Map(partitions.map(partition => [partition, 0]))
  /** By partition: what Kafka has acknowledged. */
  readonly committed = new Map(partitions.map(partition => [partition, 0]))
  readonly problems: string[] = []
  readonly refused: unknown[] = []
  joins = 0
  /** Times that it was told to join again. */
  rebalances = 0
  /** Batches wait for it before they are committed. */
  gate = Promise.resolve()
  private consumer: Consumer | undefined

  async start(): Promise<void> {
    const consumer = testKafka(cluster.brokers).consumer({
      groupId: this.groupId,
      maxWaitTimeInMs: 50,
      // Often, so that it hears of a move while the new coordinator still loads the group.
      heartbeatInterval: 20,
      sessionTimeout: 6_000,
    })
    this.consumer = consumer
    consumer.on(consumer.events.GROUP_JOIN, () => this.joins++)
    consumer.on(consumer.events.REBALANCING, () => this.rebalances++)
    await consumer.connect()
    await consumer.subscribe({ topic: this.topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages }, resolveOffset }) => {
        for (const { offset } of messages) this.read(partition, Number(offset))
        await this.gate
        await this.commit(partition)
        resolveOffset(String((this.next.get(partition) ?? 0) - 1))
      },
    })
  }

  /** Whether it has read what it has not committed. */
  isAhead(partition: number): boolean {
    return (this.next.get(partition) ?? 0) > (this.committed.get(partition) ?? 0)
  }

  async stop(): Promise<void> {
    await this.consumer?.disconnect()
  }

  /** Commits the same again, so often and with so much beside it that who coordinates the group next has much to read. */
  async commitMuch(mebibytes: number): Promise<void> {
    const metadata = 'x'.repeat(4_000)
    const offsets = [...this.committed].map(([partition, next]) => ({
      topic: this.topic,
      partition,
      offset: String(next),
      metadata,
    }))
    const times = Math.ceil((mebibytes * 1024 * 1024) / (metadata.length * offsets.length))
    const inFlight = Array.from({ length: 100 }, async () => {
      for (let done = 0; done < times / 100; done++) await this.consumer?.commitOffsets(offsets)
    })
    await Promise.all(inFlight)
  }

  private read(partition: number, offset: number): void {
    const [next = 0, committed = 0] = [this.next.get(partition), this.committed.get(partition)]
    if (offset > next) this.problems.push(`${partition}: ${next} to ${offset - 1} were not read`)
    if (offset < committed)
      this.problems.push(`${partition}: ${offset} was read again, ${committed} is committed`)
    this.next.set(partition, offset + 1)
  }

  private async commit(partition: number): Promise<void> {
    const next = this.next.get(partition) ?? 0
    try {
      await this.consumer?.commitOffsets([{ topic: this.topic, partition, offset: String(next) }])
      this.committed.set(partition, next)
    } catch (error) {
      this.refused.push(error)
      throw error
    }
  }
}

beforeEach(async () => {
  reader = new Reader()
  const admin = cluster.kafka().admin()
  await admin.connect()
  await admin.createTopics({
    topics: [{ topic: reader.topic, numPartitions: partitions.length, replicationFactor: 3 }],
  })
  await admin.disconnect()
  await reader.start()
  await rounds(5)
})
afterEach(() => reader?.stop())

/** One message to each partition. */
async function send(): Promise<void> {
  const { topic } = reader
  await producer.send({ topic, acks: -1, messages: partitions.map(partition => ({ partition, value: 'x' })) })
}

/** Messages one after the other: the next one is sent when the one before is committed. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    const before = new Map(reader.committed)
    await send()
    await vi.waitFor(() => {
      for (const partition of partitions)
        expect(reader.committed.get(partition)).toBeGreaterThan(before.get(partition) ?? 0)
    }, patience)
  }
}

/** What Kafka has of the group, by partition. */
async function storedCommits(): Promise<ReadonlyMap<number, number>> {
  const admin = cluster.kafka().admin()
  await admin.connect()
  const [stored] = await admin.fetchOffsets({ groupId: reader.groupId, topics: [reader.topic] })
  await admin.disconnect()
  return new Map(stored?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
}

/** Moves the group to another broker, while the one that coordinated it lives. */
async function move(): Promise<void> {
  const before = await cluster.coordinatorOf(reader.groupId)
  await cluster.moveGroupsFrom(before)
  await vi.waitFor(async () => expect(await cluster.coordinatorOf(reader.groupId)).not.toBe(before), patience)
}

test('a batch that was read before the coordinator moved is committed at the new one', async () => {
  const gate = Promise.withResolvers<void>()
  reader.gate = gate.promise
  await send()
  await vi.waitUntil(() => partitions.some(partition => reader.isAhead(partition)), patience)
  await move()
  gate.resolve()
  await rounds(20)
  expect(reader.refused).toEqual([])
  expect(reader.problems).toEqual([])
  expect(await storedCommits()).toEqual(reader.committed)
})

test('a member that its new coordinator refused while it loaded the group commits there too', async () => {
  await reader.commitMuch(4)
  // Refused: it was told to join, and has not.
  await vi.waitFor(
    async () => {
      const { rebalances } = reader
      await move()
      await vi.waitUntil(() => reader.rebalances > rebalances, patience)
      await rounds(5)
      expect(reader.joins).toBeLessThan(1 + reader.rebalances)
    },
    { timeout: 60_000, interval: 0 },
  )
  expect(reader.refused).toEqual([])
  expect(reader.problems).toEqual([])
  expect(await storedCommits()).toEqual(reader.committed)
})

test.each(['stopped', 'killed'] as const)('commits go on after the coordinator is %s', async how => {
  const coordinator = await cluster.coordinatorOf(reader.groupId)
  const broker = cluster.broker(coordinator)
  const ended = how === 'stopped' ? broker.leave() : broker.kill()
  await rounds(20)
  await ended
  await rounds(5)
  const { joins } = reader
  expect(joins).toBeLessThanOrEqual(3)
  await rounds(20)
  expect(reader.joins).toBe(joins)
  expect(reader.problems).toEqual([])
  expect(await storedCommits()).toEqual(reader.committed)
  if (how === 'stopped') await cluster.startAgain(coordinator)
})

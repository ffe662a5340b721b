import { randomUUID } from 'node:crypto'
import type { KafkaMessage, Producer } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { wallClock } from '../../../platform/clock.ts'
import { readConfig } from '../../../platform/config.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { kafkaClient, kafkaSettings } from '../../../platform/kafka/kafka-client.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { Publisher } from '../../../processors/publish/publisher.ts'
import type { Restored } from '../../../processors/task/restore.ts'
import type { Flush, Task } from '../../../processors/task/task.ts'
import { TaskRunner } from '../../../processors/task/task-runner.ts'
import { firstLogs } from '../../first-log.ts'
import { stranger } from './stranger.ts'

const topic = `test.tasks.${randomUUID()}`
const groupId = `test-${randomUUID()}`
const patience = { timeout: 60_000, interval: 50 }
const partitions = [0, 1, 2, 3]

/** Takes every message for done as soon as it has seen it. */
class SeenOffsets implements Task {
  readonly owner: string
  readonly partition: number
  readonly start: number
  readonly seen: number[] = []
  readonly urgent = false
  /** Where it stood when it was idle. */
  readonly idleAt = new Set<number>()
  private skipped = -1
  flushes = 0

  constructor(owner: string, { partition, start }: Restored) {
    this.owner = owner
    this.partition = partition
    this.start = start
  }

  get nextOffset(): number {
    return Math.max((this.seen.at(-1) ?? this.start - 1) + 1, this.skipped + 1)
  }

  async process(messages: readonly KafkaMessage[]): Promise<void> {
    this.seen.push(...messages.map(({ offset }) => Number(offset)))
  }

  skip(offset: number): void {
    this.skipped = offset
  }

  idle(): void {
    this.idleAt.add(this.nextOffset)
  }

  flush(): Flush {
    this.flushes++
    return { output: {}, checkpoint: { offset: this.nextOffset, at: this.nextOffset, closed: {} } }
  }
}

const tasks: SeenOffsets[] = []
const failures: unknown[] = []
let producer: Producer

beforeAll(async () => {
  const kafka = clientOf('test')
  await ensureTopics(kafka)
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions.length }] })
  await admin.disconnect()
  producer = kafka.producer()
  await producer.connect()
})
afterAll(() => producer?.disconnect())

function clientOf(name: string) {
  const config = readConfig(kafkaSettings, { KAFKA_BROKERS: inject('kafkaBrokers') })
  return kafkaClient(config, name, createLog(name, 'silent'))
}

async function started(owner: string): Promise<{ stop(): Promise<void> }> {
  const kafka = clientOf(owner)
  const publisher = new Publisher(kafka, new SchemaRegistry(inject('registryUrl')))
  await publisher.start()
  const runner = new TaskRunner({
    kafka,
    groupId,
    topics: [topic],
    create(restored) {
      const task = new SeenOffsets(owner, restored)
      tasks.push(task)
      return task
    },
    publisher,
    logs: firstLogs,
    closedUntil: () => ({}),
    emitEveryMs: 50,
    idleAfterMs: 1_000,
    clock: wallClock,
    log: createLog(owner, 'silent'),
    metrics: new Metrics('test'),
    fail: error => failures.push(error),
  })
  await runner.start()
  return {
    async stop() {
      await runner.stop()
      await publisher.stop()
    },
  }
}

/** Ten messages to every partition; resolves when the task that holds it now has seen them all. */
async function tellAll(upTo: number): Promise<void> {
  await producer.send({
    topic,
    messages: partitions.flatMap(partition =>
      Array.from({ length: 10 }, (_, index) => ({ partition, value: String(index) })),
    ),
  })
  await vi.waitFor(() => {
    for (const partition of partitions)
      expect(newest(partition)?.nextOffset, `partition ${partition}`).toBe(upTo)
  }, patience)
}

const newest = (partition: number) => tasks.findLast(task => task.partition === partition)
const ownersOf = () => new Set(partitions.map(partition => newest(partition)?.owner))

test('a task that lost its partition says nothing more, and who gets the partition begins at the checkpoint', async () => {
  const first = await started('first')
  await tellAll(10)
  const before = [...tasks]
  const second = await started('second')
  // All tasks of before the second one came are replaced, those of partitions that stayed too.
  await vi.waitFor(() => {
    expect(ownersOf().size, 'both have partitions').toBe(2)
    for (const partition of partitions) expect(before).not.toContain(newest(partition))
  }, patience)
  const flushes = before.map(task => task.flushes)
  await tellAll(20)
  const alive = partitions.flatMap(partition => newest(partition) ?? [])
  const then = alive.map(task => task.flushes)
  await vi.waitFor(() => {
    for (const [index, task] of alive.entries()) {
      expect(task.flushes).toBeGreaterThan((then[index] ?? 0) + 3)
    }
  }, patience)
  expect(before.map(task => task.flushes)).toEqual(flushes)

  await second.stop()
  await vi.waitFor(() => expect([...ownersOf()]).toEqual(['first']), patience)
  await tellAll(30)
  await first.stop()

  for (const { start, seen, partition } of tasks) {
    expect(seen, `partition ${partition} from ${start}`).toEqual(seen.map((_, index) => start + index))
  }
  expect(tasks.length).toBeGreaterThan(2 * partitions.length)
  expect(failures).toEqual([])
})

test('a partition whose log ends with the end of a transaction is idle: its windows close', async () => {
  const runner = await started('idle')
  await vi.waitUntil(() => newest(0)?.owner === 'idle', patience)
  const start = newest(0)!.nextOffset
  const writer = stranger(inject('kafkaBrokers')).producer({
    transactionalId: topic,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await writer.connect()
  for (const end of ['commit', 'abort'] as const) {
    const transaction = await writer.transaction()
    await transaction.send({ topic, messages: [{ partition: 0, value: end }] })
    await transaction[end]()
  }
  await writer.disconnect()
  // Two messages and two ends of transactions, of which the task is given the first one.
  await vi.waitUntil(() => newest(0)?.idleAt.has(start + 4), patience)
  expect(newest(0)?.seen).toEqual([start])
  await runner.stop()
  expect(failures).toEqual([])
})

import { randomUUID } from 'node:crypto'
import type { Kafka, KafkaMessage } from 'kafkajs'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'

export interface ReadToEndOptions {
  readonly kafka: Kafka
  readonly topic: string
  readonly log: Log
  /** Told once, before any message, how many there are. */
  readonly onBegin?: (messages: number) => void
  /** Called in log order per partition, one call at a time, each message once. It may take as long as it needs. */
  readonly onMessages: (messages: readonly KafkaMessage[], partition: number) => Promise<void>
}

const heartbeatMs = 3_000

/**
 * Reads a topic from its beginning to where it ends now; nothing is committed.
 * @throws what onMessages throws; what kafkajs gives up with.
 */
export async function readToEnd(options: ReadToEndOptions): Promise<void> {
  const { kafka, topic, log, onBegin, onMessages } = options
  const partitions = await positionsOf(kafka, topic)
  onBegin?.([...partitions.values()].reduce((sum, { next, end }) => sum + end - next, 0))
  const atEnd = () => [...partitions.values()].every(({ next, end }) => next >= end)
  if (atEnd()) return

  const done = Promise.withResolvers<void>()
  const consumer = kafka.consumer({
    groupId: `citybrain-redrive-${randomUUID()}`,
    maxWaitTimeInMs: 250,
    retry: { restartOnFailure: () => Promise.resolve(false) },
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error))
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        const position = partitions.get(batch.partition)
        if (!position) return
        // A rebalance makes kafkajs begin again.
        const fresh = batch.messages.filter(({ offset }) => isWithin(Number(offset), position))
        const beat = setInterval(() => {
          // Whoever misses one is given the partition anew.
          heartbeat().catch(error => log.debug({ topic, reason: messageOf(error) }, 'heartbeat failed'))
        }, heartbeatMs)
        try {
          if (fresh.length > 0) await onMessages(fresh, batch.partition)
          position.next = Math.max(position.next, Number(batch.lastOffset()) + 1)
          if (atEnd()) done.resolve()
        } catch (error) {
          // Thrown from here it would be tried again.
          consumer.pause([{ topic }])
          done.reject(error)
        } finally {
          clearInterval(beat)
        }
      },
    })
    await done.promise
  } finally {
    await consumer.disconnect()
  }
}

interface Position {
  /** The first offset not read yet. */
  next: number
  /** One past the last to read. */
  readonly end: number
}

function isWithin(offset: number, { next, end }: Position): boolean {
  return offset >= next && offset < end
}

async function positionsOf(kafka: Kafka, topic: string): Promise<Map<number, Position>> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const log = await admin.fetchTopicOffsets(topic)
    return new Map(
      log.map(({ partition, low, high }) => [partition, { next: Number(low), end: Number(high) }]),
    )
  } finally {
    await admin.disconnect()
  }
}

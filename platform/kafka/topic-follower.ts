import { randomUUID } from 'node:crypto'
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs'
import type { Resource } from '../lifecycle.ts'
import type { Log } from '../log.ts'

export interface FollowOptions {
  readonly kafka: Kafka
  readonly topic: string
  /** Names the throw-away consumer group. */
  readonly follower: string
  /** Where to begin: the whole log, or what was appended since this wall time (epoch ms). */
  readonly from: 'beginning' | { readonly sinceMs: number }
  /** Called in log order per partition. The log may be delivered again from the start: be idempotent. */
  readonly onMessages: (messages: readonly KafkaMessage[], partition: number) => Promise<void> | void
  readonly log: Log
}

/**
 * Reads a whole topic into memory and follows it: every instance sees every message, nothing is committed.
 * `start` resolves once everything that was in the log at that moment has been delivered.
 */
export class TopicFollower implements Resource {
  readonly name: string
  private readonly options: FollowOptions
  private consumer: Consumer | undefined
  private readonly groupId: string

  constructor(options: FollowOptions) {
    this.options = options
    this.name = `follower of ${options.topic}`
    this.groupId = `citybrain-follow-${options.follower}-${randomUUID()}`
  }

  async start(): Promise<void> {
    const { kafka, topic, onMessages } = this.options
    const { begin, end } = await this.bounds()
    const missing = new Map([...end].filter(([partition, offset]) => offset > (begin.get(partition) ?? 0n)))
    const caughtUp = Promise.withResolvers<void>()
    if (missing.size === 0) caughtUp.resolve()

    const consumer = kafka.consumer({ groupId: this.groupId, maxWaitTimeInMs: 250, sessionTimeout: 30_000 })
    this.consumer = consumer
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) caughtUp.reject(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        await onMessages(batch.messages, batch.partition)
        resolveOffset(batch.lastOffset())
        const target = missing.get(batch.partition)
        if (target !== undefined && BigInt(batch.lastOffset()) + 1n >= target) {
          missing.delete(batch.partition)
          if (missing.size === 0) caughtUp.resolve()
        }
        await heartbeat()
      },
    })
    for (const [partition, offset] of begin) consumer.seek({ topic, partition, offset: String(offset) })
    await caughtUp.promise
  }

  async stop(): Promise<void> {
    const consumer = this.consumer
    this.consumer = undefined
    await consumer?.disconnect()
  }

  private async bounds(): Promise<{ begin: Map<number, bigint>; end: Map<number, bigint> }> {
    const { kafka, topic, from } = this.options
    const admin = kafka.admin()
    await admin.connect()
    try {
      const log = await admin.fetchTopicOffsets(topic)
      const end = new Map(log.map(({ partition, high }) => [partition, BigInt(high)]))
      if (from === 'beginning') {
        return { begin: new Map(log.map(({ partition, low }) => [partition, BigInt(low)])), end }
      }
      const since = await admin.fetchTopicOffsetsByTimestamp(topic, from.sinceMs)
      return { begin: new Map(since.map(({ partition, offset }) => [partition, BigInt(offset)])), end }
    } finally {
      await admin.disconnect()
    }
  }
}

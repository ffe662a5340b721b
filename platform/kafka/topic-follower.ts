import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { messageOf } from '../errors.ts'
import type { Resource } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import type { LogReader, Standing } from '../ready/log-lag.ts'
import { LastingAdmin } from './lasting-admin.ts'
import { throwAwayGroup } from './process-kafka.ts'

export interface FollowOptions {
  readonly kafka: Kafka
  readonly topic: string
  /** Names the throw-away consumer group. */
  readonly follower: string
  /** Where to begin: the whole log, or what was appended since this wall time (epoch ms). */
  readonly from: 'beginning' | { readonly sinceMs: number }
  /** Called in log order per partition. A batch may be delivered again: be idempotent. */
  readonly onMessages: (messages: readonly KafkaMessage[], partition: number) => Promise<void> | void
  readonly log: Log
}

const pauseMs = 1_000

/**
 * Reads a whole topic into memory and follows it: every instance sees every message, nothing is committed.
 * `start` resolves once everything that was in the log at that moment has been delivered. Brokers that go away are
 * waited for, however long; what was delivered before is not read again.
 */
export class TopicFollower implements Resource, LogReader {
  readonly name: string
  readonly topics: readonly string[]
  private readonly options: FollowOptions
  private consumer: Consumer | undefined
  private stopped = false
  /** By partition: the offset to go on from. */
  private readonly positions = new Map<number, bigint>()
  /** By partition that is not read so far yet: where the log ended at the start. */
  private readonly missing = new Map<number, bigint>()
  private readonly caughtUp = Promise.withResolvers<void>()

  constructor(options: FollowOptions) {
    this.options = options
    this.name = `follower of ${options.topic}`
    this.topics = [options.topic]
  }

  async start(): Promise<void> {
    await this.findBounds()
    this.tellWhenCaughtUp()
    await this.follow()
    await this.caughtUp.promise
  }

  async stop(): Promise<void> {
    this.stopped = true
    const { consumer } = this
    this.consumer = undefined
    await consumer?.disconnect()
  }

  standings(): readonly Standing[] | undefined {
    if (this.positions.size === 0) return undefined
    const { topic } = this.options
    return [...this.positions].map(([partition, next]) => ({ topic, partition, next: Number(next) }))
  }

  private async follow(): Promise<void> {
    const { kafka, topic, follower } = this.options
    const consumer = kafka.consumer({
      groupId: throwAwayGroup(follower),
      maxWaitTimeInMs: 250,
    })
    this.consumer = consumer
    // Whenever it joins its group, kafkajs would begin at the start of the log: nothing is ever committed.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      // It was stopped while it joined: kafkajs would take going anywhere for a crash.
      if (this.consumer !== consumer) return
      for (const [partition, offset] of this.positions)
        consumer.seek({ topic, partition, offset: String(offset) })
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) void this.followAgain(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch: payload => this.take(payload) })
  }

  /** What kafkajs gives up, such as joining a group whose coordinator is not up yet, is tried again. */
  private async followAgain(reason: Error): Promise<void> {
    const { topic, log } = this.options
    for (let problem = messageOf(reason); !this.stopped; ) {
      log.error({ topic, reason: problem }, 'follower crashed, starts again')
      await sleep(pauseMs)
      if (this.stopped) return
      try {
        return await this.follow()
      } catch (error) {
        problem = messageOf(error)
      }
    }
  }

  private async take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const { partition } = batch
    await this.options.onMessages(batch.messages, partition)
    const next = BigInt(batch.lastOffset()) + 1n
    this.positions.set(partition, next)
    resolveOffset(batch.lastOffset())
    if (next >= (this.missing.get(partition) ?? next)) this.missing.delete(partition)
    this.tellWhenCaughtUp()
    await heartbeat()
  }

  private tellWhenCaughtUp(): void {
    if (this.missing.size === 0) this.caughtUp.resolve()
  }

  private async findBounds(): Promise<void> {
    const { kafka, topic, from } = this.options
    const admin = new LastingAdmin(kafka)
    try {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        this.positions.set(partition, BigInt(low))
        this.missing.set(partition, BigInt(high))
      }
      if (from !== 'beginning') {
        for (const { partition, offset } of await admin.fetchTopicOffsetsByTimestamp(topic, from.sinceMs))
          this.positions.set(partition, BigInt(offset))
      }
      for (const [partition, end] of this.missing) {
        if (end <= (this.positions.get(partition) ?? 0n)) this.missing.delete(partition)
      }
    } finally {
      await admin.disconnect()
    }
  }
}

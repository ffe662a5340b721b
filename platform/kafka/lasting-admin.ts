import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'

/** What is asked about positions in the log. */
export type OffsetsAdmin = Pick<Admin, 'fetchOffsets' | 'fetchTopicOffsets' | 'fetchTopicOffsetsByTimestamp'>

const pauseMs = 200

/**
 * An admin client that outlives the brokers it talks to. kafkajs' own asks the leader it once knew, gives up at the
 * first answer that another one leads now, and knows no better the next time. This one asks again through a new client.
 */
export class LastingAdmin implements OffsetsAdmin {
  private readonly kafka: Kafka
  private readonly withinMs: number
  private current: Promise<Admin> | undefined
  private closed = false

  /** @param withinMs how long a question is asked again, ms of wall time */
  constructor(kafka: Kafka, withinMs = 60_000) {
    this.kafka = kafka
    this.withinMs = withinMs
  }

  /** As often as kafkajs tries by itself. */
  async connect(): Promise<void> {
    await this.admin()
  }

  async disconnect(): Promise<void> {
    this.closed = true
    const { current } = this
    this.current = undefined
    if (current) await disconnect(current)
  }

  fetchOffsets(question: Parameters<Admin['fetchOffsets']>[0]): ReturnType<Admin['fetchOffsets']> {
    return this.ask(admin => admin.fetchOffsets(question))
  }

  fetchTopicOffsets(topic: string): ReturnType<Admin['fetchTopicOffsets']> {
    return this.ask(admin => admin.fetchTopicOffsets(topic))
  }

  fetchTopicOffsetsByTimestamp(
    topic: string,
    timestamp: number,
  ): ReturnType<Admin['fetchTopicOffsetsByTimestamp']> {
    return this.ask(admin => admin.fetchTopicOffsetsByTimestamp(topic, timestamp))
  }

  private async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.withinMs
    for (;;) {
      if (this.closed) throw new Error('the admin client is closed')
      const asked = this.admin()
      try {
        return await question(await asked)
      } catch (error) {
        // Also one that could not connect: the next question is asked through a new one. Whoever asked the same client
        // meanwhile and failed too finds that one.
        if (this.current === asked) {
          this.current = undefined
          void disconnect(asked)
        }
        if (this.closed || !isPassing(error) || performance.now() >= deadline) throw error
        await sleep(pauseMs)
      }
    }
  }

  private admin(): Promise<Admin> {
    this.current ??= this.connected()
    return this.current
  }

  private async connected(): Promise<Admin> {
    const admin = this.kafka.admin()
    await admin.connect()
    return admin
  }
}

/** A client that could not connect, or cannot part in peace, is gone all the same. */
async function disconnect(asked: Promise<Admin>): Promise<void> {
  await asked.then(admin => admin.disconnect()).catch(() => undefined)
}

/**
 * Whether asking again may help: all but what kafkajs says will not. It fails with plain errors where two questions share
 * a connection that is only being made, and where the broker it asked does not know the topic's partitions yet. That it
 * has tried often enough, which it counts among what will not help, is no reason.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.name === 'KafkaJSNumberOfRetriesExceeded' || !('retriable' in error && error.retriable === false)
  )
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, Kafka } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { topicNames } from '../../../schemas/topics.ts'

const seen = ['level', 'record', 'window_end', 'status', 'revision', 'event_time_max'] as const
type Seen = Pick<RegionalMessage, (typeof seen)[number]>

/** A province value that came through `kpi.regional`; times are epoch ms. */
export interface Sighting {
  readonly at: number
  readonly record: string
  readonly final: boolean
  readonly windowEnd: number
  readonly eventTimeMax: number | null
}

/** Follows `kpi.regional` as a wall does, and notes when which province value came. */
export class RegionalWatch {
  readonly sightings: Sighting[] = []
  private readonly kafka: Kafka
  private readonly reader: AvroReader<Seen>
  private consumer: Consumer | undefined
  private stopped = false
  private following: Promise<void> | undefined
  private end = Promise.withResolvers<void>()

  constructor(kafka: Kafka, registryUrl: string) {
    this.kafka = kafka
    this.reader = new AvroReader<Seen>(new SchemaRegistry(registryUrl), topicNames.regional, seen)
  }

  start(): void {
    this.following = this.follow()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.end.resolve()
    await this.following
  }

  /** kafkajs gives up now and then while brokers come and go: another consumer goes on. */
  private async follow(): Promise<void> {
    for (let attempt = 1; !this.stopped; attempt++) {
      this.end = Promise.withResolvers<void>()
      try {
        await this.consume(`chaos-watch-${process.pid}-${attempt}`, this.end)
      } catch {
        // What it was does not matter: brokers are killed all the time.
        await sleep(500)
      } finally {
        await this.consumer?.disconnect().catch(() => undefined)
      }
    }
  }

  private async consume(groupId: string, end: PromiseWithResolvers<void>): Promise<void> {
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 250, sessionTimeout: 30_000 })
    this.consumer = consumer
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) end.reject(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topic: topicNames.regional, fromBeginning: false })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, resolveOffset }) => {
        await this.reader.prepare(batch.messages)
        for (const { value } of batch.messages) if (value) this.note(this.reader.decode(value))
        resolveOffset(batch.lastOffset())
      },
    })
    await end.promise
  }

  private note({ level, record, window_end, status, event_time_max }: Seen): void {
    if (level !== 'province') return
    this.sightings.push({
      at: Date.now(),
      record,
      final: status !== 'provisional',
      windowEnd: window_end,
      eventTimeMax: event_time_max,
    })
  }
}

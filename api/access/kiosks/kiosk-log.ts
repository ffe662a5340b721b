import type { Kafka, Producer } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { sendWithin } from '../../../platform/kafka/send-within.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import type { Metrics } from '../../../platform/metrics.ts'
import type { LogReader, Standing } from '../../../platform/ready/log-lag.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { Kiosk } from './kiosk.ts'
import type { KioskBook } from './kiosk-book.ts'

export interface KioskLogOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly book: KioskBook
  readonly log: Log
  readonly metrics: Metrics
}

/** Somebody waits for the answer: Kafka is given this long, ms. */
const patienceMs = 10_000

/** Keeps the book as `access.kiosks` has it, on every instance; complete once started. */
export class KioskLog implements Resource, LogReader {
  readonly name = 'kiosks'
  readonly topics = [topicNames.kiosks]
  private readonly options: KioskLogOptions
  private readonly producer: Producer
  private readonly follower: TopicFollower
  private writer: AvroWriter<Kiosk> | undefined

  constructor(options: KioskLogOptions) {
    this.options = options
    const { kafka, registry, book, log, metrics } = options
    const undecodable = metrics.counter('kiosks_undecodable', 'messages of access.kiosks that cannot be read')
    const reader = new AvroReader<Kiosk>(registry, topicNames.kiosks)
    this.producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 3 } })
    this.follower = new TopicFollower({
      kafka,
      topic: topicNames.kiosks,
      follower: 'kiosks',
      from: 'beginning',
      log,
      onMessages: async messages => {
        await reader.prepare(messages)
        for (const { value, offset } of messages) {
          if (value === null) continue
          try {
            book.put(reader.decode(value))
          } catch (error) {
            undecodable.inc()
            log.error(
              { topic: topicNames.kiosks, offset, reason: messageOf(error) },
              'a kiosk cannot be read',
            )
          }
        }
      },
    })
  }

  standings(): readonly Standing[] | undefined {
    return this.follower.standings()
  }

  async start(): Promise<void> {
    this.writer = await avroWriter<Kiosk>(this.options.registry, topicNames.kiosks)
    await Promise.all([this.producer.connect(), this.follower.start()])
  }

  async stop(): Promise<void> {
    await this.follower.stop()
    await this.producer.disconnect()
  }

  /** Resolves when Kafka has acknowledged it. @throws CodedError `kiosks_unavailable`: it may have been written. */
  async publish(kiosk: Kiosk): Promise<void> {
    const { writer, producer } = this
    if (!writer) throw unavailable('it was not started')
    const value = writer.encode(kiosk)
    try {
      await sendWithin(
        producer,
        { topic: topicNames.kiosks, messages: [{ key: kiosk.kiosk_id, value }] },
        patienceMs,
      )
    } catch (error) {
      if (error instanceof CodedError) throw error
      throw unavailable(messageOf(error))
    }
  }
}

function unavailable(reason: string): CodedError {
  return new CodedError('kiosks_unavailable', `kiosks cannot be changed now: ${reason}`, {
    hint: 'GET /v1/kiosks says what holds; ask again',
  })
}

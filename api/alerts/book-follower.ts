import type { Kafka, KafkaMessage } from 'kafkajs'
import { AvroReader } from '../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import { messageOf } from '../../platform/errors.ts'
import { TopicFollower } from '../../platform/kafka/topic-follower.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { LogReader, Standing } from '../../platform/ready/log-lag.ts'

export interface BookFollowerOptions<T> {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  /** Compacted, of one partition. */
  readonly topic: string
  readonly book: {
    put(value: T): unknown
    forget(key: string): void
    /** Everything below this offset was put in. */
    advanceTo?(position: number): void
  }
  readonly onUndecodable: () => void
  readonly log: Log
}

/** Keeps a book as its topic has it, on every instance; complete once started. */
export class BookFollower<T> implements Resource, LogReader {
  readonly name: string
  readonly topics: readonly string[]
  private readonly options: BookFollowerOptions<T>
  private readonly reader: AvroReader<T>
  private readonly follower: TopicFollower

  constructor(options: BookFollowerOptions<T>) {
    const { kafka, registry, topic, log } = options
    this.options = options
    this.name = topic
    this.topics = [topic]
    this.reader = new AvroReader(registry, topic)
    this.follower = new TopicFollower({
      kafka,
      topic,
      follower: topic,
      from: 'beginning',
      log,
      onMessages: async messages => {
        for (const message of messages) {
          await this.take(message)
          options.book.advanceTo?.(Number(message.offset) + 1)
        }
      },
    })
  }

  standings(): readonly Standing[] | undefined {
    return this.follower.standings()
  }

  start(): Promise<void> {
    return this.follower.start()
  }

  stop(): Promise<void> {
    return this.follower.stop()
  }

  /** One message that nobody can read must not stop the wall; a registry that is away must. */
  private async take({ key, value, offset }: KafkaMessage): Promise<void> {
    const { book, topic, onUndecodable, log } = this.options
    if (value === null) {
      if (key) book.forget(key.toString('utf8'))
      return
    }
    await this.reader.prepare([{ value }])
    try {
      book.put(this.reader.decode(value))
    } catch (error) {
      onUndecodable()
      log.warn({ topic, offset, reason: messageOf(error) }, 'a message cannot be read')
    }
  }
}

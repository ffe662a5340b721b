import type { Kafka, Producer } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { DeadLetter, RefusedMessage } from '../../schemas/records/dead-letter.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { LogMessage } from './pending-batch.ts'

export interface DeadLettersOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
}

/** Puts messages that ClickHouse can never take into `telemetry.rejected`, with code `archive_refused`. */
export class DeadLetters implements Resource {
  readonly name = 'dead letters of archive'
  private readonly options: DeadLettersOptions
  private readonly producer: Producer
  private writer: AvroWriter<DeadLetter> | undefined

  constructor(options: DeadLettersOptions) {
    this.options = options
    this.producer = options.kafka.producer({
      allowAutoTopicCreation: false,
    })
  }

  async start(): Promise<void> {
    await this.producer.connect()
  }

  async stop(): Promise<void> {
    await this.producer.disconnect()
  }

  /** Resolves once every in-sync replica has it. */
  async refuse(topic: string, message: LogMessage, reason: string): Promise<void> {
    this.writer ??= await avroWriter<DeadLetter>(this.options.registry, topicNames.rejected)
    const rejected = rejectedOf(topic, message, reason)
    await this.producer.send({
      topic: topicNames.rejected,
      acks: -1,
      messages: [{ key: message.key, value: this.writer.encode(rejected) }],
    })
  }
}

/** What cannot be stored cannot be trusted to decode either: the payload says where it is and what bytes it has. */
export function rejectedOf(topic: string, message: LogMessage, reason: string): DeadLetter {
  const { partition, offset, key, value, timestamp } = message
  const refused: RefusedMessage = {
    topic,
    partition,
    offset,
    value_base64: value?.toString('base64') ?? null,
  }
  return {
    record: topic.replace(/^telemetry\./, ''),
    asset_id: key?.toString('utf8') ?? null,
    event_time: null,
    received_at: Number(timestamp),
    source: 'archive',
    code: 'archive_refused',
    message: reason.slice(0, 2_000),
    payload: JSON.stringify(refused),
  }
}

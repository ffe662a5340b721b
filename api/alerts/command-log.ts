import type { Kafka, Producer } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { sendWithin } from '../../platform/kafka/send-within.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { AlertCommand } from '../../schemas/alerts/alert-command.ts'
import { topicNames } from '../../schemas/topics.ts'

/** Somebody waits for the answer: Kafka is given this long, ms. */
const patienceMs = 10_000

/** Writes `alert.commands`. */
export class CommandLog implements Resource {
  readonly name = 'alert commands'
  private readonly registry: SchemaRegistry
  private readonly producer: Producer
  private writer: AvroWriter<AlertCommand> | undefined

  constructor(kafka: Kafka, registry: SchemaRegistry) {
    this.registry = registry
    this.producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 3 } })
  }

  async start(): Promise<void> {
    this.writer = await avroWriter<AlertCommand>(this.registry, topicNames.alertCommands)
    await this.producer.connect()
  }

  stop(): Promise<void> {
    return this.producer.disconnect()
  }

  /** Resolves when Kafka has acknowledged it. @throws CodedError `message_too_large`, `alerts_unavailable`: it may have been written. */
  async publish(command: AlertCommand): Promise<void> {
    const { writer, producer } = this
    if (!writer) throw unavailable('it was not started')
    const key = command.alert_id ?? command.silence?.silence_id ?? command.command_id
    const record = { topic: topicNames.alertCommands, messages: [{ key, value: writer.encode(command) }] }
    try {
      await sendWithin(producer, record, patienceMs)
    } catch (error) {
      if (error instanceof CodedError) throw error
      throw unavailable(messageOf(error))
    }
  }
}

function unavailable(reason: string): CodedError {
  return new CodedError('alerts_unavailable', `nothing can be done about alerts now: ${reason}`, {
    hint: 'ask again with the same Idempotency-Key: it is then done once, whatever became of this',
  })
}

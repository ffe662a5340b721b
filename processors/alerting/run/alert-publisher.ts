import type { Kafka, Producer, TopicMessages } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { CompressionTypes } from '../../../platform/kafka/kafkajs.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { requests } from '../../publish/requests.ts'
import type { AlertRecords, Written } from './alert-records.ts'

type Writers = { readonly [T in keyof AlertRecords]: AvroWriter<AlertRecords[T]> }

/** Writes alerting's topics in the order of the calls; a call resolves once every in-sync replica has all of it. */
export class AlertPublisher implements Resource {
  readonly name = 'alert publisher'
  private readonly registry: SchemaRegistry
  private readonly producer: Producer
  private writers: Writers | undefined
  private last: Promise<void> = Promise.resolve()

  constructor(kafka: Kafka, registry: SchemaRegistry) {
    this.registry = registry
    this.producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 })
  }

  async start(): Promise<void> {
    await this.producer.connect()
    const { registry } = this
    this.writers = {
      [topicNames.alerts]: await avroWriter(registry, topicNames.alerts),
      [topicNames.silences]: await avroWriter(registry, topicNames.silences),
      [topicNames.alertState]: await avroWriter(registry, topicNames.alertState),
      [topicNames.alertRules]: await avroWriter(registry, topicNames.alertRules),
      [topicNames.notifications]: await avroWriter(registry, topicNames.notifications),
    }
  }

  async stop(): Promise<void> {
    await this.last.catch(() => undefined)
    await this.producer.disconnect()
  }

  publish(written: readonly Written[]): Promise<void> {
    if (written.length === 0) return Promise.resolve()
    const sent = this.last
      .catch(() => undefined)
      .then(async () => {
        for (const topicMessages of requests(written.map(one => this.messageOf(one)))) {
          // State repeats its names and most of its numbers: a tenth of it is left.
          await this.producer.sendBatch({ acks: -1, compression: CompressionTypes.GZIP, topicMessages })
        }
      })
    this.last = sent
    return sent
  }

  private messageOf({ topic, key, value }: Written): TopicMessages {
    return {
      topic,
      messages: [{ key, value: value === null ? null : this.encode(topic, value), partition: 0 }],
    }
  }

  private encode<T extends keyof AlertRecords>(topic: T, value: AlertRecords[T]): Buffer {
    if (!this.writers) throw new Error('alert publisher: not started')
    return this.writers[topic].encode(value)
  }
}

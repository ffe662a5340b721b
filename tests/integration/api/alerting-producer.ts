import { Kafka, logLevel, type Producer } from 'kafkajs'
import { inject } from 'vitest'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { PublishedRule } from '../../../schemas/alerts/published-rule.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import { topicNames } from '../../../schemas/topics.ts'

/** Says what alerting would. */
export class AlertingProducer {
  private readonly producer: Producer
  private readonly writers: ReadonlyMap<string, AvroWriter<object>>

  private constructor(producer: Producer, writers: ReadonlyMap<string, AvroWriter<object>>) {
    this.producer = producer
    this.writers = writers
  }

  static async connect(): Promise<AlertingProducer> {
    const kafka = new Kafka({ brokers: [inject('kafkaBrokers')], logLevel: logLevel.NOTHING })
    await ensureTopics(kafka)
    const producer = kafka.producer()
    await producer.connect()
    const registry = new SchemaRegistry(inject('registryUrl'))
    const topics = [topicNames.alerts, topicNames.silences, topicNames.alertRules]
    const writers = await Promise.all(
      topics.map(async topic => [topic, await avroWriter<object>(registry, topic)] as const),
    )
    return new AlertingProducer(producer, new Map(writers))
  }

  alert(value: Alert): Promise<void> {
    return this.send(topicNames.alerts, value.alert_id, value)
  }

  /** Takes one away, as the log of a real system does with those that are over for long. */
  forget(id: string): Promise<void> {
    return this.send(topicNames.alerts, id, null)
  }

  silence(value: Silence): Promise<void> {
    return this.send(topicNames.silences, value.silence_id, value)
  }

  rule(value: PublishedRule): Promise<void> {
    return this.send(topicNames.alertRules, value.name, value)
  }

  disconnect(): Promise<void> {
    return this.producer.disconnect()
  }

  private async send(topic: string, key: string, value: object | null): Promise<void> {
    const encoded = value === null ? null : (this.writers.get(topic)?.encode(value) ?? null)
    await this.producer.send({ topic, acks: -1, messages: [{ key, value: encoded }] })
  }
}

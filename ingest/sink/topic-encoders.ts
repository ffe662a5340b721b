import { type AvroWriter, avroWriter } from '../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { recordIds } from '../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'

/** Avro encoders of the topics that ingest writes; ready once started. */
export class TopicEncoders implements Resource {
  readonly name = 'topic encoders'
  private readonly registry: SchemaRegistry
  private readonly writers = new Map<string, AvroWriter<unknown>>()

  constructor(registry: SchemaRegistry) {
    this.registry = registry
  }

  async start(): Promise<void> {
    const topics = [...recordIds.map(telemetryTopic), topicNames.rejected, topicNames.assets]
    for (const topic of topics) this.writers.set(topic, await avroWriter(this.registry, topic))
  }

  async stop(): Promise<void> {
    this.writers.clear()
  }

  /** @throws Error where the value does not fit the topic's schema. */
  encode(topic: string, value: unknown): Buffer {
    const writer = this.writers.get(topic)
    if (!writer) throw new Error(`no encoder for ${topic}: not started`)
    return writer.encode(value)
  }
}

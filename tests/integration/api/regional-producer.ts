import { Kafka, logLevel, type Producer } from 'kafkajs'
import { inject } from 'vitest'
import type { RegionWindow } from '../../../api/cells/region-window.ts'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'
import { topicNames } from '../../../schemas/topics.ts'

/** Publishes what rollup would. */
export class RegionalProducer {
  private readonly producer: Producer
  private readonly writer: AvroWriter<object>

  private constructor(producer: Producer, writer: AvroWriter<object>) {
    this.producer = producer
    this.writer = writer
  }

  static async connect(
    brokers = inject('kafkaBrokers'),
    registryUrl = inject('registryUrl'),
  ): Promise<RegionalProducer> {
    const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
    await ensureTopics(kafka)
    const producer = kafka.producer()
    await producer.connect()
    const writer = await avroWriter<object>(new SchemaRegistry(registryUrl), topicNames.regional)
    return new RegionalProducer(producer, writer)
  }

  /** @returns the position after the last message. */
  async publish(...windows: readonly RegionWindow[]): Promise<number> {
    const [sent] = await this.producer.send({
      topic: topicNames.regional,
      acks: -1,
      messages: windows.map(window => ({ key: window.region, value: this.encode(window) })),
    })
    return Number(sent?.baseOffset) + windows.length
  }

  /** Bytes that no reader understands. */
  async publishGarbage(): Promise<void> {
    await this.producer.send({ topic: topicNames.regional, acks: -1, messages: [{ value: 'garbage' }] })
  }

  disconnect(): Promise<void> {
    return this.producer.disconnect()
  }

  private encode({ kpis, ...window }: RegionWindow): Buffer {
    return this.writer.encode({
      ...window,
      level: regionOf(window.region)?.level,
      assets: 1,
      expected: 1,
      duplicates: 0,
      computed_at: window.window_end,
      measures: [],
      lineage: [],
      kpis: kpis.map(({ kpi, value }) => ({ kpi, value, numerator: value ?? 0, denominator: 1 })),
    })
  }
}

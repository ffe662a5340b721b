import { randomUUID } from 'node:crypto'
import type { Producer } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { Partitioners } from '../../../platform/kafka/kafkajs.ts'
import { archiveGroup } from '../../../processors/archive/topic-archiver.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { type Addresses, testKafka } from './rack-archive.ts'

const noon = Date.UTC(2026, 2, 5, 4)

/** Topics of rack readings, and the database in which an archive of them stores. */
export class RackTopics {
  readonly kafka
  readonly db: TestDatabase
  private readonly producer: Producer
  private readonly writer: AvroWriter<object>

  private constructor(
    kafka: ReturnType<typeof testKafka>,
    db: TestDatabase,
    producer: Producer,
    writer: AvroWriter<object>,
  ) {
    this.kafka = kafka
    this.db = db
    this.producer = producer
    this.writer = writer
  }

  static async connect({ kafkaBrokers, registryUrl }: Addresses): Promise<RackTopics> {
    const kafka = testKafka(kafkaBrokers)
    await ensureTopics(kafka)
    const db = await testDatabase()
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    const writer = await avroWriter<object>(new SchemaRegistry(registryUrl), 'telemetry.rack')
    return new RackTopics(kafka, db, producer, writer)
  }

  async close(): Promise<void> {
    await this.producer.disconnect()
    await this.db.drop()
  }

  /** A topic of one test's own, so that no other archive's group is in the way. */
  async newTopic(partitions = 1): Promise<string> {
    const topic = `test.archive.${randomUUID()}`
    const admin = this.kafka.admin()
    await admin.connect()
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] })
    await admin.disconnect()
    return topic
  }

  reading(asset: string, second: number, power: number | null): Buffer {
    return this.writer.encode({
      asset_id: asset,
      county: '370102',
      event_time: noon + second * 1000,
      received_at: noon + second * 1000 + 5,
      source: null,
      it_power_w: power,
      inlet_temp_c: 21.5,
      humidity_pct: null,
      in_use: second % 2 === 0,
    })
  }

  readings(asset: string, count: number): { key: string; value: Buffer }[] {
    return Array.from({ length: count }, (_, i) => ({ key: asset, value: this.reading(asset, i, i) }))
  }

  async send(
    topic: string,
    values: readonly { readonly key: string; readonly value: Buffer | null }[],
  ): Promise<void> {
    for (let at = 0; at < values.length; at += 5_000) {
      await this.producer.send({ topic, acks: -1, messages: values.slice(at, at + 5_000) })
    }
  }

  /** What the archive of the topic has committed, over all partitions. */
  async committed(topic: string): Promise<number> {
    const admin = this.kafka.admin()
    await admin.connect()
    const [offsets] = await admin.fetchOffsets({ groupId: archiveGroup(topic), topics: [topic] })
    await admin.disconnect()
    return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
  }

  /** Stored readings of an asset. */
  async count(asset: string, database = this.db): Promise<number | undefined> {
    const [row] = await database.rows<{ n: number }>(
      `SELECT toUInt32(count()) AS n FROM db.readings_rack WHERE asset_id = '${asset}'`,
    )
    return row?.n
  }
}

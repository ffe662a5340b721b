import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { rollupGroup } from '../../../processors/rollup/rollup.ts'
import { checkpointMetadata, parseCheckpoint } from '../../../processors/windows/checkpoint.ts'
import { telemetryTopic, topicNames } from '../../../schemas/topics.ts'

export interface Lot {
  readonly id: string
  readonly county: string
}

/** Car parks, their readings and what rollup has closed, as ingest and rollup leave them in Kafka. */
export class ParkingHistory {
  private readonly kafka: Kafka
  private readonly registry: SchemaRegistry
  private readonly name = `recompute-test-${randomUUID()}`
  private readonly lots: Lot[] = []
  private updates = Date.now()

  constructor(kafka: Kafka, registry: SchemaRegistry) {
    this.kafka = kafka
    this.registry = registry
  }

  /** A car park that is expected to report every minute. */
  async register(county: string): Promise<Lot> {
    const lot = { id: `${this.name}-${this.lots.length}`, county }
    this.lots.push(lot)
    await this.publishAsset(lot, null)
    return lot
  }

  /** Takes all car parks out of service for all times: the registry is shared with other tests. */
  async retireAll(): Promise<void> {
    for (const lot of this.lots) await this.publishAsset(lot, 1)
  }

  /** Readings of 100 spaces each; resolves once Kafka has them. */
  async report(readings: readonly (readonly [Lot, eventTime: number, occupied: number])[]): Promise<void> {
    await this.publish(
      telemetryTopic('parking'),
      readings.map(([lot, eventTime, occupied]) => ({
        key: lot.id,
        value: {
          asset_id: lot.id,
          county: lot.county,
          event_time: eventTime,
          received_at: Date.now(),
          source: null,
          status: 'open',
          capacity: 100,
          occupied,
          entries: null,
          exits: null,
        },
      })),
    )
  }

  /** What rollup commits once windows up to this one are final and their values acknowledged. */
  async close(windowStart: number): Promise<void> {
    const admin = this.kafka.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(topicNames.partial)
    const [before] = await admin.fetchOffsets({ groupId: rollupGroup, topics: [topicNames.partial] })
    await admin.disconnect()
    const commits = ends.map(({ partition, high }) => {
      const commit = before?.partitions.find(candidate => candidate.partition === partition)
      const closed = commit ? parseCheckpoint(Number(commit.offset), commit.metadata)?.closed : undefined
      const offset = Number(high)
      const checkpoint = { offset, at: offset, closed: { ...closed, parking: windowStart } }
      return { topic: topicNames.partial, partition, offset: high, metadata: checkpointMetadata(checkpoint) }
    })
    const consumer = this.kafka.consumer({ groupId: rollupGroup })
    const joined = Promise.withResolvers<void>()
    consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve())
    await consumer.connect()
    await consumer.subscribe({ topic: topicNames.partial })
    await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() })
    await joined.promise
    await consumer.commitOffsets(commits)
    await consumer.disconnect()
  }

  private publishAsset({ id, county }: Lot, retiredAt: number | null): Promise<void> {
    const asset = {
      asset_id: id,
      record: 'parking',
      kind: 'lot',
      county,
      name: null,
      lat: null,
      lon: null,
      period_s: 60,
      capacity: 100,
      length_km: null,
      voltage_kv: null,
      commissioned_at: null,
      retired_at: retiredAt,
      source_dataset: null,
      source_id: null,
      updated_at: this.updates++,
    }
    return this.publish(topicNames.assets, [{ key: id, value: asset }])
  }

  private async publish(topic: string, messages: readonly { key: string; value: object }[]): Promise<void> {
    const writer = await avroWriter<object>(this.registry, topic)
    const producer = this.kafka.producer()
    await producer.connect()
    await producer.send({
      topic,
      acks: -1,
      messages: messages.map(({ key, value }) => ({ key, value: writer.encode(value) })),
    })
    await producer.disconnect()
  }
}

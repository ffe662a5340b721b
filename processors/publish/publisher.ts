import type { Kafka, Message, Producer, TopicMessages } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import { topicNames } from '../../schemas/topics.ts'
import { type RegionalMessage, regionalKey } from '../regional/regional-message.ts'
import { type LateNotice, type Partial, partialPartition } from '../windows/partial.ts'
import { PartitionCounts } from './partition-counts.ts'
import { requests } from './requests.ts'

/** What processors tell one another. */
export interface Output {
  readonly partials?: readonly Partial[]
  readonly late?: readonly LateNotice[]
  readonly regional?: readonly RegionalMessage[]
}

/** Publishes in the order of the calls; a call resolves once every in-sync replica has all of it. */
export class Publisher implements Resource {
  readonly name = 'publisher'
  private readonly registry: SchemaRegistry
  private readonly producer: Producer
  private readonly counts: PartitionCounts
  private writers: Writers | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(kafka: Kafka, registry: SchemaRegistry) {
    this.registry = registry
    this.counts = new PartitionCounts(kafka, [topicNames.partial, topicNames.late])
    this.producer = kafka.producer({
      allowAutoTopicCreation: false,
      // One request at a time keeps the log in the order of the calls when one has to be repeated.
      maxInFlightRequests: 1,
    })
  }

  async start(): Promise<void> {
    await this.producer.connect()
    await this.counts.start()
    this.writers = {
      partial: await avroWriter(this.registry, topicNames.partial),
      late: await avroWriter(this.registry, topicNames.late),
      regional: await avroWriter(this.registry, topicNames.regional),
    }
  }

  async stop(): Promise<void> {
    await this.last.catch(() => undefined)
    await this.counts.stop()
    await this.producer.disconnect()
  }

  publish(output: Output): Promise<void> {
    const batches = requests(this.messagesOf(output))
    if (batches.length === 0) return Promise.resolve()
    const sent = this.last
      .catch(() => undefined)
      .then(async () => {
        for (const topicMessages of batches) await this.producer.sendBatch({ acks: -1, topicMessages })
      })
    this.last = sent
    return sent
  }

  private messagesOf({ partials = [], late = [], regional = [] }: Output): TopicMessages[] {
    const { writers } = this
    if (!writers) throw new Error('publisher: not started')
    const partialPartitions = this.counts.of(topicNames.partial)
    const latePartitions = this.counts.of(topicNames.late)
    return [
      {
        topic: topicNames.partial,
        messages: partials.flatMap(partial => partialMessages(partial, writers.partial, partialPartitions)),
      },
      {
        topic: topicNames.late,
        messages: late.map(notice => ({
          key: `${notice.record}|${notice.county}|${notice.window_start}`,
          value: writers.late.encode(notice),
          // All of a window in one place, so that one task computes it again.
          partition: partialPartition(notice.window_start, notice.window_ms, latePartitions),
        })),
      },
      {
        topic: topicNames.regional,
        messages: regional.map(message => ({
          key: regionalKey(message),
          value: writers.regional.encode(message),
          // Its order is the order of the stream: further partitions would have no part in it.
          partition: 0,
        })),
      },
    ]
  }
}

interface Writers {
  readonly partial: AvroWriter<Partial>
  readonly late: AvroWriter<LateNotice>
  readonly regional: AvroWriter<RegionalMessage>
}

/** A window's partials go where the window belongs; a marker speaks of all windows and goes everywhere. */
function partialMessages(partial: Partial, writer: AvroWriter<Partial>, partitions: number): Message[] {
  const key = `${partial.record}|${partial.window_start}`
  const value = writer.encode(partial)
  if (partial.kind !== 'marker') {
    return [{ key, value, partition: partialPartition(partial.window_start, partial.window_ms, partitions) }]
  }
  return Array.from({ length: partitions }, (_, partition) => ({ key, value, partition }))
}

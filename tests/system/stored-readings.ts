import type { ClickHouseClient } from '@clickhouse/client'
import { Kafka, logLevel } from 'kafkajs'
import { vi } from 'vitest'
import { parseSchema, schemaText } from '../../platform/avro/avro-schemas.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { telemetryTopic } from '../../schemas/topics.ts'
import { identityOf } from '../identity.ts'

/** Confluent wire format: a zero and the schema's id, before the datum. */
const headerBytes = 5

/** A message of the log, `partition:offset`. */
type Place = string

export interface LogMessage {
  readonly place: Place
  readonly value: Buffer
}

/** Everything that a topic holds now, in log order within each partition. */
export async function readTopic(brokers: string, topic: string): Promise<readonly LogMessage[]> {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const consumer = kafka.consumer({ groupId: `reader-of-${topic}-${Date.now()}` })
  await Promise.all([admin.connect(), consumer.connect()])
  try {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
    )
    const open = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
    const messages: LogMessage[] = []
    if (open.size === 0) return messages
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      const eachMessage = async (partition: number, offset: number, value: Buffer | null): Promise<void> => {
        const end = ends.get(partition) ?? 0
        if (offset < end && value !== null) messages.push({ place: `${partition}:${offset}`, value })
        if (offset >= end - 1) open.delete(partition)
        if (open.size === 0) resolve()
      }
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition, message }) =>
            eachMessage(partition, Number(message.offset), message.value),
        })
        .catch(reject)
    })
    return messages
  } finally {
    await Promise.all([admin.disconnect(), consumer.disconnect()])
  }
}

/** Decodes with the schemas in the tree, whatever the registry says. */
export function decoder<T>(schema: string): (message: LogMessage) => T {
  const type = parseSchema(schemaText(schema))
  return ({ value }) => type.fromBuffer(value.subarray(headerBytes)) as T
}

export interface LogAndStore {
  /** Readings in the log, of each identity the first. */
  readonly first: number
  /** Places in the readers' view, of what was in the log, that are not of a first reading. */
  readonly surplus: readonly Place[]
}

/**
 * Compares a topic of readings with what the readers' view has of it.
 * @throws Error naming readings that are not stored a minute later: the archive may be a batch behind, no more
 */
export async function compareLogAndStore(
  brokers: string,
  clickhouse: ClickHouseClient,
  record: RecordId,
): Promise<LogAndStore> {
  const messages = await readTopic(brokers, telemetryTopic(record))
  const decode = decoder<{ readonly asset_id: string; readonly event_time: number }>(record)
  const first = new Map<string, Place>()
  for (const message of messages) {
    const reading = decode(message)
    const { asset_id, event_time } = reading
    const identity = identityOf(record, asset_id, event_time, reading)
    if (!first.has(identity)) first.set(identity, message.place)
  }
  const logged = new Set(messages.map(({ place }) => place))
  const wanted = new Set(first.values())
  const stored = await vi.waitFor(
    async () => {
      const places = await storedPlaces(clickhouse, record)
      const lost = [...wanted].filter(place => !places.has(place))
      if (lost.length > 0)
        throw new Error(`${lost.length} readings of ${record} are not stored: ${lost.slice(0, 20)}`)
      return places
    },
    { timeout: 60_000, interval: 500 },
  )
  return {
    first: wanted.size,
    surplus: [...stored].filter(place => logged.has(place) && !wanted.has(place)),
  }
}

async function storedPlaces(clickhouse: ClickHouseClient, record: RecordId): Promise<ReadonlySet<Place>> {
  const result = await clickhouse.query({
    query: `SELECT concat(toString(kafka_partition), ':', toString(kafka_offset)) AS place
      FROM citybrain.readings_${record}`,
    format: 'JSONEachRow',
  })
  return new Set((await result.json<{ readonly place: Place }>()).map(({ place }) => place))
}

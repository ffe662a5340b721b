import type { ClickHouseClient } from '@clickhouse/client'
import type { Producer } from 'kafkajs'
import { schemaText } from '../../../platform/avro/avro-schemas.ts'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { topicNames, topicOf } from '../../../schemas/topics.ts'
import { requests } from '../../publish/requests.ts'

/** A topic whose log holds what is so now, and the view that has the same. */
interface Restorable {
  readonly view: string
  readonly key: string
  /** Which rows are still of use. */
  readonly where: string
}

/** What an ended alert is good for is over after a week. */
const restorable: ReadonlyMap<string, Restorable> = new Map([
  [topicNames.assets, { view: 'assets', key: 'asset_id', where: '1' }],
  [topicNames.silences, { view: 'silences', key: 'silence_id', where: 'ends_at > now() - INTERVAL 7 DAY' }],
  [
    topicNames.alerts,
    {
      view: 'alerts',
      key: 'alert_id',
      where:
        '(resolved_at IS NULL AND retracted_at IS NULL AND closed_at IS NULL) OR updated_at > now() - INTERVAL 7 DAY',
    },
  ],
])

export const restorableTopics: readonly string[] = [...restorable.keys()]

export interface RestoreTopicOptions {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly registry: SchemaRegistry
  readonly producer: Producer
}

/**
 * Writes what ClickHouse has of a topic into its new log: as often as wanted, the last one of a key wins.
 * @returns how many messages; resolves once every in-sync replica has them
 * @throws ClickHouseError; Error where a row does not fit the schema
 */
export async function restoreTopic(
  { clickhouse, database, registry, producer }: RestoreTopicOptions,
  topic: string,
): Promise<number> {
  const from = restorable.get(topic)
  if (!from) return 0
  const writer = await avroWriter<object>(registry, topic)
  const schema: RecordSchema = JSON.parse(schemaText(topicOf(topic).schema))
  const result = await clickhouse.query({
    query: `SELECT ${schema.fields.map(({ name }) => name).join(', ')} FROM {database: Identifier}.${from.view} WHERE ${from.where}`,
    query_params: { database },
    format: 'JSONEachRow',
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      output_format_json_named_tuples_as_objects: 1,
    },
  })
  let count = 0
  for await (const rows of result.stream()) {
    const messages = rows.map(row => {
      const value: unknown = row.json()
      const record = fitting(schema, value)
      if (!isObject(record)) throw new Error(`a row of ${from.view} is no object`)
      return { key: String(record[from.key]), value: writer.encode(record), partition: 0 }
    })
    for (const topicMessages of requests([{ topic, messages }]))
      await producer.sendBatch({ acks: -1, topicMessages })
    count += messages.length
  }
  return count
}

type AvroSchema = string | RecordSchema | ArraySchema | LongSchema | readonly AvroSchema[]
interface RecordSchema {
  readonly type: 'record'
  readonly fields: readonly { readonly name: string; readonly type: AvroSchema }[]
}
interface ArraySchema {
  readonly type: 'array'
  readonly items: AvroSchema
}
interface LongSchema {
  readonly type: string
  readonly logicalType?: string
}

/** A value as ClickHouse writes it in JSON, as Avro wants it: times are text there. */
function fitting(schema: AvroSchema, value: unknown): unknown {
  if (typeof schema === 'string' || value === null) return value
  if (isUnion(schema)) return fitting(schema.find(one => one !== 'null') ?? 'null', value)
  if (isRecord(schema) && isObject(value)) {
    return Object.fromEntries(
      schema.fields.map(({ name, type }) => [name, fitting(type, value[name] ?? null)]),
    )
  }
  if (isArray(schema) && Array.isArray(value)) return value.map(item => fitting(schema.items, item))
  if ('logicalType' in schema && schema.logicalType === 'timestamp-millis' && typeof value === 'string') {
    return Date.parse(`${value.replace(' ', 'T')}Z`)
  }
  return value
}

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema)
}

function isRecord(schema: AvroSchema): schema is RecordSchema {
  return typeof schema === 'object' && 'fields' in schema
}

function isArray(schema: AvroSchema): schema is ArraySchema {
  return typeof schema === 'object' && 'items' in schema
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

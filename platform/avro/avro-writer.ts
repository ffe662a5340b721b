import { topicOf } from '../../schemas/topics.ts'
import { parseSchema, schemaText } from './avro-schemas.ts'
import type { SchemaRegistry } from './schema-registry.ts'

/** Confluent wire format: a zero byte, the schema id (int32, big endian), the Avro datum. */
export const wireHeaderBytes = 5

export interface AvroWriter<T> {
  readonly schemaId: number
  /** @throws Error where the value does not fit the schema. */
  encode(value: T): Buffer
}

/** A writer for a topic's values; registers the topic's schema as subject `<topic>-value`. */
export async function avroWriter<T>(registry: SchemaRegistry, topicName: string): Promise<AvroWriter<T>> {
  const text = schemaText(topicOf(topicName).schema)
  const type = parseSchema(text)
  const schemaId = await registry.register(`${topicName}-value`, JSON.stringify(JSON.parse(text)))
  let scratch = Buffer.allocUnsafe(4096)
  return {
    schemaId,
    encode(value) {
      let end = type.encode(value, scratch, wireHeaderBytes)
      if (end < 0) {
        // avsc answers with how many bytes are missing, negated.
        scratch = Buffer.allocUnsafe((scratch.length - end) * 2)
        end = type.encode(value, scratch, wireHeaderBytes)
      }
      scratch.writeUInt8(0, 0)
      scratch.writeInt32BE(schemaId, 1)
      return Buffer.from(scratch.subarray(0, end))
    },
  }
}

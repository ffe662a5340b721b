import type { Resolver, Type } from 'avsc'
import { topicOf } from '../../schemas/topics.ts'
import { CodedError } from '../errors.ts'
import { parseSchema, projectSchema, schemaText } from './avro-schemas.ts'
import { wireHeaderBytes } from './avro-writer.ts'
import type { SchemaRegistry } from './schema-registry.ts'

/**
 * Decodes a topic's values into this process's schema, or a projection of it, whatever version they were written with.
 * Decoding is synchronous; `prepare` fetches the writer schemas of ids not seen before.
 */
export class AvroReader<T> {
  private readonly registry: SchemaRegistry
  private readonly type: Type
  private readonly resolvers = new Map<number, Resolver>()
  private lastId = -1
  private lastResolver: Resolver | undefined

  /** @param fields only these fields are decoded, the others are skipped; all when absent. */
  constructor(registry: SchemaRegistry, topicName: string, fields?: readonly string[]) {
    this.registry = registry
    const text = schemaText(topicOf(topicName).schema)
    this.type = fields ? projectSchema(text, fields) : parseSchema(text)
  }

  /** Call before decoding a batch. @throws CodedError of the registry. */
  async prepare(messages: readonly { readonly value: Buffer | null }[]): Promise<void> {
    for (const { value } of messages) {
      if (value === null || !isWireFormat(value)) continue
      const id = value.readInt32BE(1)
      if (id !== this.lastId && !this.resolvers.has(id)) await this.load(id)
    }
  }

  /** @throws Error where the bytes are not in wire format or not a datum of the writer's schema. */
  decode(value: Buffer): T {
    if (!isWireFormat(value)) throw new CodedError('not_wire_format', 'not in Confluent wire format')
    const id = value.readInt32BE(1)
    if (id !== this.lastId) {
      this.lastResolver = this.resolvers.get(id)
      if (!this.lastResolver) throw new CodedError('schema_not_prepared', `schema ${id} is not loaded`)
      this.lastId = id
    }
    const { value: datum, offset } = this.type.decode(value, wireHeaderBytes, this.lastResolver)
    if (offset < 0) throw new CodedError('datum_truncated', 'an Avro datum ends early')
    return datum as T
  }

  private async load(id: number): Promise<void> {
    const writer = parseSchema(await this.registry.schemaOf(id))
    this.resolvers.set(id, this.type.createResolver(writer))
  }
}

function isWireFormat(value: Buffer): boolean {
  return value.length > wireHeaderBytes && value[0] === 0
}

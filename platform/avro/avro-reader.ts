import type { Resolver, Type } from 'avsc'
import { topicOf } from '../../schemas/topics.ts'
import { CodedError, messageOf } from '../errors.ts'
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
  /** Schemas that no message can be read with, and why. */
  private readonly unusable = new Map<number, string>()
  private lastId = -1
  private lastResolver: Resolver | undefined

  /** @param fields only these fields are decoded, the others are skipped; all when absent. */
  constructor(registry: SchemaRegistry, topicName: string, fields?: readonly string[]) {
    this.registry = registry
    const text = schemaText(topicOf(topicName).schema)
    this.type = fields ? projectSchema(text, fields) : parseSchema(text)
  }

  /**
   * Call before decoding a batch. A schema that the registry does not have, or that does not go with ours, is the fault of
   * the messages that name it: decoding those throws.
   * @throws CodedError of the registry, `registry_unavailable` or `registry_refused`
   */
  async prepare(messages: readonly { readonly value: Buffer | null }[]): Promise<void> {
    for (const { value } of messages) {
      if (value === null || !isWireFormat(value)) continue
      const id = value.readInt32BE(1)
      if (id !== this.lastId && !this.resolvers.has(id)) await this.load(id)
    }
  }

  /** @throws Error where the bytes are not in wire format, not a datum of the writer's schema, or that cannot be used. */
  decode(value: Buffer): T {
    if (!isWireFormat(value)) throw new CodedError('not_wire_format', 'not in Confluent wire format')
    const id = value.readInt32BE(1)
    if (id !== this.lastId) {
      const resolver = this.resolvers.get(id)
      if (!resolver) throw this.unprepared(id)
      this.lastResolver = resolver
      this.lastId = id
    }
    const { value: datum, offset } = this.type.decode(value, wireHeaderBytes, this.lastResolver)
    if (offset < 0) throw new CodedError('datum_truncated', 'an Avro datum ends early')
    return datum as T
  }

  private async load(id: number): Promise<void> {
    let text: string
    try {
      text = await this.registry.schemaOf(id)
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'schema_unknown') throw error
      // Asked again with the next batch: it may be registered yet.
      this.unusable.set(id, error.message)
      return
    }
    try {
      this.resolvers.set(id, this.type.createResolver(parseSchema(text)))
    } catch (error) {
      this.unusable.set(id, messageOf(error))
    }
  }

  private unprepared(id: number): CodedError {
    const reason = this.unusable.get(id)
    if (reason === undefined) return new CodedError('schema_not_prepared', `schema ${id} is not loaded`)
    return new CodedError('schema_unusable', `schema ${id} cannot be used: ${reason}`)
  }
}

function isWireFormat(value: Buffer): boolean {
  return value.length > wireHeaderBytes && value[0] === 0
}

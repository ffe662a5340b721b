import { wireHeaderBytes } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { passing } from '../../../platform/clickhouse/clickhouse-failure.ts'
import { retryWhileAway } from '../../../platform/clickhouse/retry-while-away.ts'
import { CodedError } from '../../../platform/errors.ts'
import type { Log } from '../../../platform/log.ts'
import type { ArchiveMetrics } from '../archive-metrics.ts'
import type { LogMessage } from '../pending-batch.ts'
import { Poisoned } from '../settle-batch.ts'
import { buildContainer, containerHeader, type Datum } from './avro-container.ts'
import { insertToken } from './insert-token.ts'
import type { Sink } from './sink.ts'
import type { TableWriter } from './table-writer.ts'

export interface AvroSinkOptions {
  readonly topic: string
  readonly table: string
  readonly columns: readonly string[]
  readonly registry: SchemaRegistry
  readonly writer: TableWriter
  readonly metrics: ArchiveMetrics
  readonly log: Log
}

/** Writes a topic's values into the table of the same shape, without decoding them. */
export class AvroSink implements Sink {
  private readonly options: AvroSinkOptions
  private readonly headers = new Map<number, Buffer>()

  constructor(options: AvroSinkOptions) {
    this.options = options
  }

  async write(messages: readonly LogMessage[], signal: AbortSignal, round: number): Promise<void> {
    const { topic, table, columns, writer } = this.options
    for (const [schemaId, data] of this.bySchema(messages)) {
      const header = await this.headerOf(schemaId, signal)
      const body = buildContainer(header, data)
      const token = insertToken(topic, data, body, round)
      await writer.insert({ table, columns, format: 'Avro', body, rows: data.length, token }, signal)
    }
  }

  /** Messages by the schema they were written with; a message without a value says that a key is gone. */
  private bySchema(messages: readonly LogMessage[]): ReadonlyMap<number, readonly Datum[]> {
    const groups = new Map<number, Datum[]>()
    for (const { value, partition, offset } of messages) {
      if (value === null) {
        this.options.metrics.skipped.inc({ topic: this.options.topic, reason: 'tombstone' })
        continue
      }
      if (value.length < wireHeaderBytes || value[0] !== 0) {
        throw new Poisoned('not in Confluent wire format')
      }
      const schemaId = value.readInt32BE(1)
      const group = groups.get(schemaId)
      if (group) group.push({ value, partition, offset })
      else groups.set(schemaId, [{ value, partition, offset }])
    }
    return groups
  }

  private async headerOf(schemaId: number, signal: AbortSignal): Promise<Buffer> {
    const known = this.headers.get(schemaId)
    if (known) return known
    const { registry, log } = this.options
    const schema = await retryWhileAway(() => schemaOrNull(registry, schemaId), {
      what: `schema ${schemaId}`,
      log,
      signal,
      waitFor: [...passing, 'refused'],
    })
    if (schema === null) throw new Poisoned(`the registry has no schema ${schemaId}`)
    const header = containerHeader(schema)
    this.headers.set(schemaId, header)
    return header
  }
}

async function schemaOrNull(registry: SchemaRegistry, schemaId: number): Promise<string | null> {
  try {
    return await registry.schemaOf(schemaId)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'schema_unknown') return null
    throw error
  }
}

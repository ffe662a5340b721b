import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { passing } from '../../../platform/clickhouse/clickhouse-failure.ts'
import { retryWhileAway } from '../../../platform/clickhouse/retry-while-away.ts'
import { messageOf } from '../../../platform/errors.ts'
import type { Log } from '../../../platform/log.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { RegionalMessage } from '../../regional/regional-message.ts'
import type { ArchiveMetrics } from '../archive-metrics.ts'
import type { LogMessage } from '../pending-batch.ts'
import { Poisoned } from '../settle-batch.ts'
import { insertToken } from './insert-token.ts'
import { type Row, regionalRows } from './regional-rows.ts'
import type { Sink } from './sink.ts'
import type { TableWriter } from './table-writer.ts'

export interface RegionalSinkOptions {
  readonly registry: SchemaRegistry
  readonly writer: TableWriter
  readonly metrics: ArchiveMetrics
  readonly log: Log
}

type Status = Pick<RegionalMessage, 'status'>
const topic = topicNames.regional

/** Writes final and corrected messages of kpi.regional; provisional ones live in Kafka only. */
export class RegionalSink implements Sink {
  private readonly options: RegionalSinkOptions
  private readonly statuses: AvroReader<Status>
  private readonly reader: AvroReader<RegionalMessage>

  constructor(options: RegionalSinkOptions) {
    this.options = options
    this.statuses = new AvroReader(options.registry, topic, ['status'])
    this.reader = new AvroReader(options.registry, topic)
  }

  async write(messages: readonly LogMessage[], signal: AbortSignal, round: number): Promise<void> {
    await this.prepare(messages, signal)
    const tables = new Map<string, Row[]>()
    const kept: LogMessage[] = []
    for (const message of messages) {
      const decoded = this.settled(message)
      if (!decoded) continue
      kept.push(message)
      for (const [table, rows] of regionalRows(decoded, message.offset)) {
        const sofar = tables.get(table)
        if (sofar) sofar.push(...rows)
        else tables.set(table, [...rows])
      }
    }
    for (const together of inWritingOrder([...tables.keys()])) {
      await Promise.all(
        together.map(table => this.insert(table, tables.get(table) ?? [], kept, round, signal)),
      )
    }
  }

  private async insert(
    table: string,
    rows: readonly Row[],
    messages: readonly LogMessage[],
    round: number,
    signal: AbortSignal,
  ): Promise<void> {
    const body = Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join(''), 'utf8')
    const columns = Object.keys(rows[0] ?? {})
    const token = insertToken(topic, messages, body, round)
    await this.options.writer.insert(
      { table, columns, format: 'JSONEachRow', body, rows: rows.length, token },
      signal,
    )
  }

  private async prepare(messages: readonly LogMessage[], signal: AbortSignal): Promise<void> {
    const { log } = this.options
    const schemas = async (): Promise<void> => {
      await this.statuses.prepare(messages)
      await this.reader.prepare(messages)
    }
    await retryWhileAway(schemas, {
      what: `schemas of ${topic}`,
      log,
      signal,
      waitFor: [...passing, 'refused'],
    })
  }

  /** The message if it is final or corrected. */
  private settled({ value }: LogMessage): RegionalMessage | undefined {
    const { metrics } = this.options
    if (value === null) {
      metrics.skipped.inc({ topic, reason: 'tombstone' })
      return undefined
    }
    try {
      if (this.statuses.decode(value).status !== 'provisional') return this.reader.decode(value)
    } catch (error) {
      throw new Poisoned(messageOf(error), { cause: error })
    }
    metrics.skipped.inc({ topic, reason: 'provisional' })
    return undefined
  }
}

/** Measures, then revisions, then `kpi`: whoever sees a KPI finds what is behind it. */
function inWritingOrder(tables: readonly string[]): readonly (readonly string[])[] {
  const after = ['kpi_revisions_windows_store', 'kpi_windows_store']
  return [
    tables.filter(table => !after.includes(table)),
    ...after.map(table => tables.filter(candidate => candidate === table)),
  ]
}

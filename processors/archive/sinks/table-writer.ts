import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { failureOf, passing } from '../../../platform/clickhouse/clickhouse-failure.ts'
import { retryWhileAway } from '../../../platform/clickhouse/retry-while-away.ts'
import { messageOf } from '../../../platform/errors.ts'
import type { Log } from '../../../platform/log.ts'
import type { ArchiveMetrics } from '../archive-metrics.ts'
import { Poisoned } from '../settle-batch.ts'

export interface Insert {
  /** Table without its database. */
  readonly table: string
  readonly columns: readonly string[]
  readonly format: 'Avro' | 'JSONEachRow'
  readonly body: Buffer
  readonly rows: number
  readonly token: string
}

export interface TableWriterOptions {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly metrics: ArchiveMetrics
  readonly log: Log
}

/** Inserts that are acknowledged, and repeated until they are. */
export class TableWriter {
  private readonly options: TableWriterOptions

  constructor(options: TableWriterOptions) {
    this.options = options
  }

  /** @throws Poisoned when the rows are at fault; the signal's reason when that aborts. */
  async insert(insert: Insert, signal: AbortSignal): Promise<void> {
    const { metrics, log } = this.options
    const { table } = insert
    const seconds = metrics.insertSeconds.startTimer({ table })
    try {
      await retryWhileAway(() => this.post(insert, signal), {
        what: `insert into ${table}`,
        log,
        signal,
        // Rights and missing tables are for people to mend; until then nothing is dropped.
        waitFor: [...passing, 'refused'],
        onWait: failure => metrics.batches.inc({ table, outcome: failure }),
      })
    } catch (error) {
      if (failureOf(error) !== 'data') throw error
      metrics.batches.inc({ table, outcome: 'poisoned' })
      throw new Poisoned(messageOf(error), { cause: error })
    }
    seconds()
    metrics.rows.inc({ table }, insert.rows)
    metrics.batches.inc({ table, outcome: 'inserted' })
  }

  private async post(insert: Insert, signal: AbortSignal): Promise<void> {
    const { clickhouse, database } = this.options
    const { table, columns, format, body, token } = insert
    const { stream } = await clickhouse.exec({
      query: `INSERT INTO ${database}.${table} (${columns.join(', ')}) FORMAT ${format}`,
      values: Readable.from([body], { objectMode: false }),
      abort_signal: signal,
      clickhouse_settings: {
        insert_deduplication_token: token,
        // An insert cut off between its table and what follows from it is completed when it is repeated.
        deduplicate_blocks_in_dependent_materialized_views: 1,
        // A writer that does not know a column yet leaves it null.
        input_format_avro_allow_missing_fields: 1,
        // A backfill may reach over many weeks.
        max_partitions_per_insert_block: '0',
        async_insert: 0,
      },
    })
    stream.resume()
    await finished(stream)
  }
}

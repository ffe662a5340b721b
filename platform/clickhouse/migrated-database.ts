import type { ClickHouseClient } from '@clickhouse/client'
import type { Resource } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import { migrate } from './migrate.ts'
import { retryWhileAway } from './retry-while-away.ts'

export interface MigratedDatabaseOptions {
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly log: Log
}

/** The database with every table and view this code needs; waits for ClickHouse, and closes the client at the end. */
export class MigratedDatabase implements Resource {
  readonly name = 'database'
  private readonly options: MigratedDatabaseOptions
  private readonly stopping = new AbortController()

  constructor(options: MigratedDatabaseOptions) {
    this.options = options
  }

  async start(): Promise<void> {
    const { clickhouse, database, log } = this.options
    const { signal } = this.stopping
    await retryWhileAway(() => migrate(clickhouse, database, log), { what: 'migration', log, signal })
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'))
    await this.options.clickhouse.close()
  }
}

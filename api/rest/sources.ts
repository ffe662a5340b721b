import type { ClickHouseClient } from '@clickhouse/client'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { CellTable } from '../cells/cell-table.ts'
import type { RecordHealthTable } from '../cells/record-health.ts'

/** Where answers come from. */
export interface Sources {
  readonly table: CellTable
  readonly live: RecordHealthTable
  readonly clickhouse: ClickHouseClient
  readonly database: string
  /** Whether the newest stored windows were read. */
  readonly historyLoaded: () => boolean
  /** The data's clock. */
  readonly clock: Clock
  readonly log: Log
}

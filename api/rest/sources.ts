import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { KioskDesk } from '../access/kiosks/kiosk-desk.ts'
import type { AlertDesk } from '../alerts/alert-desk.ts'
import type { CellTable } from '../cells/cell-table.ts'
import type { RecordHealthTable } from '../cells/record-health.ts'
import type { Exports } from '../exports/exports.ts'
import type { History } from '../history/ask-history.ts'
import type { DiskReport } from './disk-report.ts'

/** Where answers come from. */
export interface Sources extends History {
  readonly table: CellTable
  readonly live: RecordHealthTable
  /** Whether the newest stored windows were read. */
  readonly historyLoaded: () => boolean
  readonly exports: Exports
  /** Absent where no tokens are signed. */
  readonly kiosks?: KioskDesk | undefined
  readonly desk: AlertDesk
  /** The disk of the data; null where this process does not see it. */
  readonly disk: () => Promise<DiskReport | null>
  /** The data's clock. */
  readonly clock: Clock
  readonly log: Log
}

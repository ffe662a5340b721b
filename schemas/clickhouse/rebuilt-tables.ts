import { recordIds } from '../records/record.ts'
import { measureTable } from './measure-tables.ts'

/** A table that was built anew under another name, because its sorting key changed. */
export interface RebuiltTable {
  /** The table of before. It stays, and what an earlier version writes to it is forwarded. */
  readonly from: string
  readonly to: string
}

/** The end of the window joined the key (migration 0009). All of them have `window_start`. */
export const rebuiltTables: readonly RebuiltTable[] = [
  ...recordIds.map(id => ({ from: `measures_${id}_store`, to: measureTable(id).name })),
  { from: 'kpi_revisions_store', to: 'kpi_revisions_windows_store' },
  { from: 'kpi_store', to: 'kpi_windows_store' },
  { from: 'late_store', to: 'late_windows_store' },
]

import { recordIds } from '../records/record.ts'
import { records } from '../records/records.ts'
import { measureTable } from './measure-tables.ts'
import { readingTable } from './reading-tables.ts'

/** A table that was built anew under another name, because its sorting key changed. */
export interface RebuiltTable {
  /** The table of before. It stays, and what an earlier version writes to it is forwarded. */
  readonly from: string
  readonly to: string
  /** The column by whose days it is copied. */
  readonly time: 'window_start' | 'event_time'
  /** Rows that the key of before collapses are one row, and readers saw the last of them; else each of them is copied. */
  readonly collapses: boolean
}

/** The end of the window joined the key (migration 0009). */
const ofWindows: readonly RebuiltTable[] = [
  ...recordIds.map(id => ({ from: `measures_${id}_store`, to: measureTable(id).name })),
  { from: 'kpi_revisions_store', to: 'kpi_revisions_windows_store' },
  { from: 'kpi_store', to: 'kpi_windows_store' },
  { from: 'late_store', to: 'late_windows_store' },
].map(table => ({ ...table, time: 'window_start', collapses: true }))

/** What an event names joined the key (migration 0010): several of one asset and time were one. */
const ofEvents: readonly RebuiltTable[] = recordIds
  .filter(id => records[id].identity)
  .map(id => ({
    from: `readings_${id}_store`,
    to: readingTable(id).name,
    time: 'event_time',
    collapses: false,
  }))

export const rebuiltTables: readonly RebuiltTable[] = [...ofWindows, ...ofEvents]

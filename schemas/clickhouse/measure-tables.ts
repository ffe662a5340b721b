import type { Measure } from '../measures/measure.ts'
import { measureSets } from '../measures/measures.ts'
import { type RecordId, recordIds } from '../records/record.ts'
import { type Column, type Table, time } from './table.ts'

/** What every window of a county has besides its measures. */
const windowColumns: readonly Column[] = [
  { name: 'county', type: 'LowCardinality(String)' },
  { name: 'window_start', type: time, codec: 'DoubleDelta, ZSTD(1)' },
  { name: 'window_end', type: time, codec: 'DoubleDelta, ZSTD(1)' },
  { name: 'status', type: 'LowCardinality(String)' },
  { name: 'revision', type: 'Int32' },
  { name: 'version', type: 'Int64', codec: 'Delta, ZSTD(1)' },
  { name: 'assets', type: 'Int64', codec: 'ZSTD(1)' },
  { name: 'expected', type: 'Float64', codec: 'ZSTD(1)' },
  { name: 'readings', type: 'Int64', codec: 'ZSTD(1)' },
  { name: 'duplicates', type: 'Int64', codec: 'ZSTD(1)' },
  { name: 'event_time_max', type: `Nullable(${time})`, codec: 'ZSTD(1)' },
  { name: 'computed_at', type: time, codec: 'Delta, ZSTD(1)' },
  { name: 'lineage_partition', type: 'Array(Int32)', codec: 'ZSTD(1)' },
  { name: 'lineage_from_offset', type: 'Array(Int64)', codec: 'ZSTD(1)' },
  { name: 'lineage_through_offset', type: 'Array(Int64)', codec: 'ZSTD(1)' },
]

/** The last revision of the measures of every county and window. */
export function measureTable(id: RecordId): Table {
  return {
    name: `measures_${id}_windows_store`,
    columns: [...windowColumns, ...measureSets[id].measures.map(measureColumn)],
    engine: 'ReplacingMergeTree(version)',
    partitionBy: 'toYYYYMM(window_start)',
    orderBy: ['window_start', 'county', 'window_end'],
  }
}

export const measureTables: readonly Table[] = recordIds.map(measureTable)

/**
 * Extremes have no value where nothing was measured, and shares none in windows of before there were any; the others add up
 * from 0.
 */
function measureColumn({ id, op }: Measure): Column {
  const mayBeAbsent = op === 'max' || op === 'min' || op === 'share_sum'
  return { name: id, type: mayBeAbsent ? 'Nullable(Float64)' : 'Float64', codec: 'ZSTD(1)' }
}

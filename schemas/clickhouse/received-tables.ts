import { type RecordId, recordIds } from '../records/record.ts'
import { readingTable } from './reading-tables.ts'
import { type MaterializedView, type Table, time } from './table.ts'

/**
 * Every accepted message by its place in the log, duplicates included: what `readings_<record>` collapses can still be
 * counted, and a gap between the offsets shows. Filled by the insert that stores the reading.
 */
export function receivedTable(id: RecordId): Table {
  return {
    name: `received_${id}_store`,
    columns: [
      { name: 'kafka_partition', type: 'Int32', codec: 'ZSTD(1)' },
      { name: 'kafka_offset', type: 'Int64', codec: 'Delta, ZSTD(1)' },
      { name: 'event_time', type: time, codec: 'Delta, ZSTD(1)' },
      { name: 'county', type: 'LowCardinality(String)' },
    ],
    engine: 'ReplacingMergeTree',
    partitionBy: readingTable(id).partitionBy,
    orderBy: ['kafka_partition', 'kafka_offset'],
    // Readings come nearly in the order of time: most of the log is skipped for a window.
    indexes: ['INDEX by_time event_time TYPE minmax GRANULARITY 1'],
  }
}

export const receivedTables: readonly Table[] = recordIds.map(receivedTable)

export const receivedFillers: readonly MaterializedView[] = recordIds.map(id => ({
  name: readingTable(id).name.replace(/^readings_(.*)_store$/, 'received_$1_filler'),
  to: receivedTable(id).name,
  query: `SELECT kafka_partition, kafka_offset, event_time, county FROM {database}.${readingTable(id).name}`,
}))

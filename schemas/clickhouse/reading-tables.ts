import type { Field, RecordDefinition, RecordId } from '../records/record.ts'
import { recordIds } from '../records/record.ts'
import { fieldsOf, records } from '../records/records.ts'
import { type Column, type Table, time } from './table.ts'

/** Where a reading stands in the log; archive adds it to every row. */
export const logColumns = ['kafka_partition', 'kafka_offset'] as const

const fewValues = new Set(['county', 'source', 'probable_cause'])

/**
 * The stored readings of one record type. The first reading in the log of each identity (asset_id, event_time and, of
 * events, what the event names) holds: it has the greatest `first_version`, whatever is inserted again and in whatever order.
 */
export function readingTable(id: RecordId): Table {
  const record = records[id]
  const { identity = [] } = record
  return {
    name: identity.length > 0 ? `readings_${id}_events_store` : `readings_${id}_store`,
    columns: [
      ...fieldsOf(record).map(fieldColumn),
      { name: 'kafka_partition', type: 'Int32', codec: 'ZSTD(1)' },
      { name: 'kafka_offset', type: 'Int64', codec: 'Delta, ZSTD(1)' },
      {
        name: 'first_version',
        type: 'UInt64',
        codec: 'Delta, ZSTD(1)',
        materialized: '18446744073709551615 - toUInt64(kafka_offset)',
      },
    ],
    engine: 'ReplacingMergeTree(first_version)',
    partitionBy: partitionOf(record),
    orderBy: ['event_time', 'asset_id', ...identity],
  }
}

export const readingTables: readonly Table[] = recordIds.map(readingTable)

/** Columns that archive fills: the record's fields and the place in the log. */
export function readingColumns(id: RecordId): readonly string[] {
  return [...fieldsOf(records[id]).map(field => field.name), ...logColumns]
}

/** By event time, so that an identity never spans partitions; weeks where readings are many. */
function partitionOf(record: RecordDefinition): string {
  return record.periodic ? 'toMonday(event_time)' : 'toYYYYMM(event_time)'
}

function fieldColumn(field: Field): Column {
  return { name: field.name, type: columnType(field), codec: codecOf(field) }
}

function columnType(field: Field): string {
  const type = scalarType(field)
  const full = field.required ? type : `Nullable(${type})`
  return field.type === 'enum' || fewValues.has(field.name) ? `LowCardinality(${full})` : full
}

function scalarType(field: Field): string {
  switch (field.type) {
    case 'double':
      return 'Float64'
    case 'long':
      return 'Int64'
    case 'boolean':
      return 'Bool'
    case 'timestamp':
      return time
    case 'string':
    case 'enum':
      return 'String'
  }
}

function codecOf(field: Field): string {
  return field.type === 'timestamp' && field.required ? 'Delta, ZSTD(1)' : 'ZSTD(1)'
}

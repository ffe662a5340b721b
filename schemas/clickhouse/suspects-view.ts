import { type RecordId, recordIds } from '../records/record.ts'
import { records } from '../records/records.ts'
import { readingTable } from './reading-tables.ts'
import type { View } from './view.ts'

/** Records whose readings may be kept and not measured. */
export const suspectRecords: readonly RecordId[] = recordIds.filter(
  id => records[id].suspectField !== undefined,
)

/** The reason of what the device marked itself. */
const byDevice = 'said_by_device'

/** Why readings may be kept and not measured: the device says so, or what ingest doubts. */
export const suspectReasons: readonly string[] = [
  byDevice,
  ...new Set(suspectRecords.flatMap(id => records[id].doubts?.map(({ reason }) => reason) ?? [])),
]

/**
 * SQL for the suspect readings of these records, by asset, county, source and reason.
 * @param database as it stands in the query
 * @param where a condition on a reading `r`
 */
export function suspectsSql(ids: readonly RecordId[], database: string, where = 'true'): string {
  return `SELECT record, asset_id, county, source, reason, readings, first_seen, last_seen,
  mapFromArrays(arrayMap(pair -> pair.1, pairs), arrayMap(pair -> assumeNotNull(pair.2), pairs)) AS last_values
FROM
(
  ${ids.map(id => suspectReadings(id, database, where)).join('\n  UNION ALL\n  ')}
)`
}

function suspectReadings(id: RecordId, database: string, where: string): string {
  const { suspectField, doubts, fields } = records[id]
  const reason = doubts ? `ifNull(r.suspect_reason, '${byDevice}')` : `'${byDevice}'`
  const shown = fields.filter(({ name }) => name !== suspectField && name !== 'suspect_reason')
  const values = shown.map(({ name }) => `('${name}', toString(r.${name}))`)
  return `SELECT '${id}' AS record, r.asset_id AS asset_id, r.county AS county, r.source AS source, ${reason} AS reason,
    count() AS readings, min(r.event_time) AS first_seen, max(r.event_time) AS last_seen,
    arrayFilter(pair -> isNotNull(pair.2), argMax([${values.join(', ')}], r.event_time)) AS pairs
  FROM ${database}.${readingTable(id).name} AS r FINAL WHERE r.${suspectField} AND ${where}
  GROUP BY asset_id, county, source, reason`
}

/** Readings that are kept and not measured, by asset, who sent them and why: ingest doubts them, or the device does itself. */
export const suspects: View = {
  name: 'suspects',
  comment: 'An asset with readings that are kept and not measured, by who sent them and why',
  columns: {
    reason: 'said_by_device, or why ingest doubts the readings',
    readings: 'Readings that are not measured',
    first_seen: 'Event time of the first of them',
    last_seen: 'Event time of the last of them',
    last_values: 'What the last of them says, by field',
  },
  query: `${suspectsSql(suspectRecords, '{database}')}
SETTINGS do_not_merge_across_partitions_select_final = 1`,
}

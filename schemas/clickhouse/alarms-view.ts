import { readingTable } from './reading-tables.ts'
import type { View } from './view.ts'

/** Of reports with one event time the later one in the log holds: a device says first what happened first. */
const place = '(r.event_time, r.kafka_offset)'

/**
 * ITU-T X.733: a device alarm is active while its last report says raised; raise and clear pair by `alarm_id` on their
 * asset. `since` is the first raise after the last clear; severity and cause are those of the last report. CLEARED is the severity of a clear: of a
 * raise it says nothing.
 */
export const alarmsActiveView: View = {
  name: 'alarms_active',
  comment: 'A device alarm (ITU-T X.733) that was raised and not cleared, as its last report has it',
  query: `SELECT asset_id, alarm_id, county, severity, probable_cause, specific_problem,
  arrayMin(arrayFilter(at -> at > cleared, raised)).1 AS since, last_report
FROM
(
  SELECT r.asset_id AS asset_id, r.alarm_id AS alarm_id,
    argMax(r.county, ${place}) AS county,
    argMax(if(ifNull(r.perceived_severity, 'CLEARED') = 'CLEARED', 'INDETERMINATE', r.perceived_severity), ${place}) AS severity,
    argMax(tuple(r.probable_cause), ${place}).1 AS probable_cause,
    argMax(tuple(r.specific_problem), ${place}).1 AS specific_problem,
    groupArrayIf(${place}, r.state = 'raised') AS raised,
    maxIf(${place}, r.state = 'cleared') AS cleared,
    max(r.event_time) AS last_report
  FROM {database}.${readingTable('radio_alarm').name} AS r FINAL
  GROUP BY asset_id, alarm_id
  HAVING argMax(r.state, ${place}) = 'raised'
)
SETTINGS do_not_merge_across_partitions_select_final = 1`,
}

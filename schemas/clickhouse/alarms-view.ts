/**
 * ITU-T X.733: a device alarm is active while its last report says raised; raise and clear pair by `alarm_id` on their
 * asset. `since` is the first raise after the last clear; severity and cause are those of the last report. CLEARED is the severity of a clear: of a
 * raise it says nothing.
 */
export const alarmsActiveView = {
  name: 'alarms_active',
  query: `SELECT asset_id, alarm_id, county, severity, probable_cause, specific_problem,
  arrayMin(arrayFilter(at -> at > cleared_at, raised_at)) AS since, last_report
FROM
(
  SELECT r.asset_id AS asset_id, r.alarm_id AS alarm_id,
    argMax(r.county, r.event_time) AS county,
    argMax(if(ifNull(r.perceived_severity, 'CLEARED') = 'CLEARED', 'INDETERMINATE', r.perceived_severity), r.event_time) AS severity,
    argMax(tuple(r.probable_cause), r.event_time).1 AS probable_cause,
    argMax(tuple(r.specific_problem), r.event_time).1 AS specific_problem,
    groupArrayIf(r.event_time, r.state = 'raised') AS raised_at,
    maxIf(r.event_time, r.state = 'cleared') AS cleared_at,
    max(r.event_time) AS last_report
  FROM {database}.readings_radio_alarm_store AS r FINAL
  GROUP BY asset_id, alarm_id
  HAVING argMax(r.state, r.event_time) = 'raised'
)
SETTINGS do_not_merge_across_partitions_select_final = 1`,
} as const

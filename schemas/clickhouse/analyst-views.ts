import { kpis } from '../kpis/kpis.ts'
import { type RecordId, recordIds } from '../records/record.ts'
import { records } from '../records/records.ts'
import { kpiRollup, rollupComments } from './kpi-rollup-view.ts'
import { readingTable } from './reading-tables.ts'
import { regionNames } from './region-tables.ts'
import { suspects } from './suspects-view.ts'
import { time } from './table.ts'
import type { View } from './view.ts'

/** Of reports with one event time the later one in the log holds. */
const defectPlace = '(d.event_time, d.kafka_offset)'

/**
 * Every time an alarm was active (ITU-T X.733), from a raise to the next clear of the same asset and `alarm_id`; `cleared_at` is
 * null while it is. A clear without a raise before it is none.
 */
const alarms: View = {
  name: 'alarms',
  comment: 'A time that a device alarm (ITU-T X.733) was active, from its raise to its clear',
  query: `SELECT asset_id, alarm_id, county, severity, probable_cause, specific_problem, raised_at, cleared_at,
  if(isNull(cleared_at), NULL, dateDiff('second', raised_at, assumeNotNull(cleared_at))) AS active_s, reports
FROM
(
  SELECT asset_id, alarm_id, arrayJoin(arraySplit((e, i) -> e.3 = 'raised' AND (i = 1 OR events[i - 1].3 = 'cleared'),
      events, arrayEnumerate(events))) AS episode,
    episode[1].1 AS raised_at, arrayFirstOrNull(e -> e.3 = 'cleared', episode).1 AS cleared_at,
    arrayFilter(e -> e.3 = 'raised', episode) AS raises,
    raises[-1].4 AS county,
    if(ifNull(raises[-1].5, 'CLEARED') = 'CLEARED', 'INDETERMINATE', raises[-1].5) AS severity,
    raises[-1].6 AS probable_cause, raises[-1].7 AS specific_problem, toUInt32(length(episode)) AS reports
  FROM
  (
    SELECT r.asset_id AS asset_id, r.alarm_id AS alarm_id,
      arraySort(groupArray((r.event_time, r.kafka_offset, r.state, r.county, r.perceived_severity, r.probable_cause, r.specific_problem))) AS events
    FROM {database}.${readingTable('radio_alarm').name} AS r FINAL
    GROUP BY asset_id, alarm_id
  )
  WHERE episode[1].3 = 'raised'
)
SETTINGS do_not_merge_across_partitions_select_final = 1`,
}

/** Every defect of a line, as its last report has it; `closed_at` is null while it is open. */
const defects: View = {
  name: 'defects',
  comment: 'A defect of a line as its last report has it, closed ones included',
  query: `SELECT asset_id, defect_id, county, grade, state, found_at, closed_at,
  if(isNull(closed_at), NULL, dateDiff('second', found_at, assumeNotNull(closed_at))) AS open_s, reports, last_report
FROM
(
  SELECT d.asset_id AS asset_id, d.defect_id AS defect_id, argMax(d.county, ${defectPlace}) AS county,
    argMax(d.grade, ${defectPlace}) AS grade, argMax(d.state, ${defectPlace}) AS state, min(d.found_at) AS found_at,
    if(state = 'closed', argMax(ifNull(d.closed_at, d.event_time), ${defectPlace}), NULL) AS closed_at,
    count() AS reports, max(d.event_time) AS last_report
  FROM {database}.${readingTable('grid_defect').name} AS d FINAL
  GROUP BY asset_id, defect_id
)
SETTINGS do_not_merge_across_partitions_select_final = 1`,
}

/** Every value that was told as final and is another one now: the first and the last one, and why. */
const corrections: View = {
  name: 'corrections',
  comment: 'A value that was told as final and is another one now',
  query: `SELECT kpi, region, level, window_start, window_end, first_value, last_value, last_value - first_value AS change,
  revisions, reason, late_readings, first_told_at, corrected_at
FROM
(
  SELECT r.kpi AS kpi, r.region AS region, r.level AS level, r.window_start AS window_start, r.window_end AS window_end,
    argMin(tuple(r.value), r.version).1 AS first_value, argMax(tuple(r.value), r.version).1 AS last_value,
    max(r.revision) AS revisions, argMax(r.reason, r.version) AS reason, argMax(r.late_readings, r.version) AS late_readings,
    argMin(r.computed_at, r.version) AS first_told_at, argMax(r.computed_at, r.version) AS corrected_at
  FROM {database}.kpi_revisions_windows_store AS r FINAL
  GROUP BY kpi, region, level, window_start, window_end
  HAVING uniqExact(r.version) > 1
)
WHERE first_value IS DISTINCT FROM last_value
SETTINGS do_not_merge_across_partitions_select_final = 1`,
}

/** The newest reading of every asset of a record type, and the last value of each field that it ever gave. */
function lastReadings(id: RecordId): string {
  // Of samples of one time the first in the log holds, of events the last.
  const place = records[id].identity ? 'r.kafka_offset' : 'r.first_version'
  const last = (name: string) => `argMax(r.${name}, (r.event_time, ${place}))`
  const pairs = records[id].fields.map(({ name }) => `('${name}', toString(${last(name)}))`)
  return `SELECT r.asset_id AS asset_id, '${id}' AS record, max(r.event_time) AS last_seen,
    arrayFilter(pair -> isNotNull(pair.2), [${pairs.join(', ')}]) AS pairs
  FROM {database}.${readingTable(id).name} AS r GROUP BY asset_id`
}

/**
 * Every asset with the event time of its newest reading and the last values that it gave. `last_seen` and `silent_s` are null
 * for one that was never heard of.
 */
const assetStatus: View = {
  name: 'asset_status',
  comment: 'An asset, when it was heard of last and what it said',
  query: `SELECT a.asset_id AS asset_id, a.record AS record, a.kind AS kind, a.county AS county, a.name AS name,
  a.period_s AS period_s, a.commissioned_at AS commissioned_at, a.retired_at AS retired_at,
  l.last_seen AS last_seen, dateDiff('second', l.last_seen, now64(3)) AS silent_s,
  mapFromArrays(arrayMap(pair -> pair.1, l.pairs), arrayMap(pair -> assumeNotNull(pair.2), l.pairs)) AS last_values
FROM {database}.assets_store AS a FINAL
LEFT JOIN
(
  ${recordIds.map(lastReadings).join('\n  UNION ALL\n  ')}
) AS l ON l.record = a.record AND l.asset_id = a.asset_id
SETTINGS join_use_nulls = 1`,
}

/** As early as times go. */
const never = `CAST(0 AS ${time})`

/**
 * How many assets of a kind are in service in a region, and from when until when it is so many. An asset counts from
 * `commissioned_at` until before `retired_at`, in the county where it is then; without `commissioned_at` from when it is expected.
 */
const assetsInService: View = {
  name: 'assets_in_service',
  comment: 'How many assets of a kind were, are or will be in service in a region, from since until until',
  columns: {
    since: 'From then on it is so many; 1970 where it is not known since when',
    until: 'Until then, exclusive; null where no change is known',
    assets: 'Assets in service',
  },
  query: `SELECT region, level, kind, since, until, assets, ${regionNames('region').join(', ')}
FROM
(
  SELECT region, level, kind, at AS since,
    leadInFrame(toNullable(at)) OVER (PARTITION BY region, kind ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS until,
    sum(change) OVER (PARTITION BY region, kind ORDER BY at) AS assets
  FROM
  (
    SELECT rc.region AS region, rc.level AS level, a.kind AS kind, a.turn.1 AS at, sum(a.turn.2) AS change
    FROM
    (
      SELECT county, kind,
        arrayJoin(if(isNull(leaves), [(comes, 1)], [(comes, 1), (assumeNotNull(leaves), -1)])) AS turn
      FROM
      (
        SELECT kind, stay.1 AS county, greatest(stay.2, begins) AS comes,
          arrayMin(arrayFilter(end -> isNotNull(end), [stay.3, retired_at])) AS leaves
        FROM
        (
          SELECT kind, retired_at, coalesce(commissioned_at, expected_from, ${never}) AS begins,
            arrayJoin(arrayZip(
              arrayPushBack(arrayMap(one -> one.county, former), toString(county)),
              arrayPushFront(arrayMap(one -> one.until, former), ${never}),
              arrayPushBack(arrayMap(one -> toNullable(one.until), former), NULL))) AS stay
          FROM {database}.assets_store FINAL
        )
      )
      WHERE isNull(leaves) OR leaves > comes
    ) AS a
    INNER JOIN {database}.region_counties AS rc ON rc.county = a.county
    GROUP BY region, level, kind, at
    HAVING change != 0
  )
)`,
}

/** The cells of `kpi_1h` as they were so many hours before, each at the hour that it is compared with. */
function hoursBefore(hours: number): string {
  return `SELECT kpi, region, level, window_start + toIntervalHour(${hours}) AS start, value AS v, status AS s, coverage AS c, ${hours} AS ago
  FROM (${kpiRollup('kpi_1h', kpis)})`
}

/**
 * `kpi_1h` beside its values of a day and a week before. It is a view of its own because it reads three times as much, asked
 * for or not. They meet in one aggregation: a condition on `window_start` reaches the stores of all three.
 */
const kpiCompared: View = {
  name: 'kpi_1h_compared',
  comment:
    'A KPI of one region over the windows that start in an hour, beside its values a day and a week before',
  columns: {
    ...rollupComments,
    value_1d_before: 'Value of the same hour a day before; null where there is none',
    value_1w_before: 'Value of the same hour a week before; null where there is none',
  },
  query: `SELECT kpi, region, level, start AS window_start, start + INTERVAL 1 HOUR AS window_end,
  anyIf(v, ago = 0) AS value, anyIf(v, ago = 24) AS value_1d_before, anyIf(v, ago = 168) AS value_1w_before,
  anyIf(s, ago = 0) AS status, anyIf(c, ago = 0) AS coverage, ${regionNames('region').join(', ')}
FROM
(
  ${[0, 24, 168].map(hoursBefore).join('\n  UNION ALL\n  ')}
)
GROUP BY kpi, region, level, start
HAVING countIf(ago = 0) > 0`,
}

/** Answers to what analysts ask first. */
export const analystViews: readonly View[] = [
  alarms,
  defects,
  corrections,
  assetStatus,
  assetsInService,
  kpiCompared,
  suspects,
]

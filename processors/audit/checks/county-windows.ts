import { readingTable } from '../../../schemas/clickhouse/reading-tables.ts'
import { measureSets } from '../../../schemas/measures/measures.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { int64s, nothing, type Span, sameNumbers, windowOf, within } from '../sql/literals.ts'
import { measureSql, parts, recomputed } from '../sql/measure-sql.ts'

/** Windows of one record type and size. */
export interface WindowRange {
  readonly record: RecordId
  readonly sizeMs: number
  /** They start in these half-open spans, epoch ms, whole windows. */
  readonly spans: readonly Span[]
}

/** By input partition: the log below these offsets is archived. Later messages are left out of everything. */
export type Vector = readonly number[]

/** Counties told of in detail, of each window that is not as it should be. */
export const countiesTold = 64

/**
 * Every county and window: what is stored against what its readings give. One row for all windows that are as they
 * should be (`window` is -1) and one for each of the others.
 *
 * A stored row holds what lies below its own lineage, no more and no less: all that was received there is a reading or
 * a duplicate of it, and its readings give its measures. What lies above is a duplicate, or the row is due to be corrected.
 *
 * @param anyMoved whether some asset may have moved (`movedAssetsSql`): to look for its home in every window makes the query dearer
 */
export function countyWindowsSql(
  windows: WindowRange,
  vector: Vector,
  database: string,
  anyMoved: boolean,
): string {
  const range = { ...windows, vector, database }
  return `
SELECT if(n_differing = 0, -1, w) AS window, count() AS windows, sum(n_stored) AS counties,
  sum(w_received) AS received, sum(w_counted) AS counted, sum(w_waiting) AS waiting,
  sum(n_differing) AS differing, groupArrayArray(w_details) AS details
FROM
(
  SELECT w, countIf(stored) AS n_stored, sum(c_below + c_above) AS w_received, sumIf(r_readings, stored) AS w_counted,
    sum(r_above) AS w_waiting, countIf(NOT clean) AS n_differing,
    groupArraySortedIf(${countiesTold})(
      (county, stored, ahead, revision, version, s_readings, s_duplicates, c_below, r_readings, r_above, s_values, found_values),
      NOT clean) AS w_details
  FROM
  (
    SELECT *, revision > 0 AS stored, if(r_readings = 0, ${emptyValues(windows.record)}, r_values) AS found_values,
      if(stored,
        NOT ahead AND s_readings + s_duplicates = c_below AND s_readings = r_readings AND r_above = 0
          AND ${sameNumbers('s_values', 'found_values')},
        r_readings + r_above = 0) AS clean
    FROM (${storedSql(range)}) AS s
    FULL JOIN (
      SELECT * FROM (${readingsSql(range, anyMoved)}) AS r
      FULL JOIN (${receivedSql(range)}) AS c USING (w, county)
    ) AS found USING (w, county)
  )
  GROUP BY w
)
GROUP BY window`
}

/** How many assets have stored readings of several counties in these windows, in one window or another; few ever do. */
export function movedAssetsSql(windows: WindowRange, vector: Vector, database: string): string {
  return `SELECT count() AS assets FROM (${inSeveralSql({ ...windows, vector, database })})`
}

/** What is compared of a county and window besides numbers of readings, in the order of the values. */
export function comparedNames(record: RecordId): readonly string[] {
  return ['assets', 'event_time_max', ...measureSets[record].measures.map(({ id }) => id)]
}

interface Range extends WindowRange {
  readonly vector: Vector
  readonly database: string
}

function storedSql({ record, sizeMs, spans, vector, database }: Range): string {
  const { measures } = measureSets[record]
  // Of before there were shares, and of no readings, a share is 0 as all measures are.
  const ofMeasures = measures.map(({ id, op }) =>
    op === 'share_sum' ? `ifNull(${id}, if(readings = 0, 0, NULL))` : id,
  )
  const values = ['assets', 'toUnixTimestamp64Milli(event_time_max)', ...ofMeasures]
  return `
    SELECT toUnixTimestamp64Milli(window_start) AS w, county, revision, version,
      readings AS s_readings, duplicates AS s_duplicates, ${numbers(values)} AS s_values,
      arrayExists((p, seen) -> seen > ${int64s(vector)}[p + 1], lineage_partition, lineage_through_offset) AS ahead
    FROM ${database}.measures_${record}
    WHERE ${within('window_start', spans)} AND toUnixTimestamp64Milli(window_end) - w = ${sizeMs}`
}

/** By partition: the offset below which its readings are in the stored row. */
function lineageSql({ record, sizeMs, spans, vector, database }: Range): string {
  const partitions = int64s(vector.map((_, partition) => partition))
  return `
      SELECT toUnixTimestamp64Milli(window_start) AS w, county,
        arrayMap(p -> lineage_through_offset[indexOf(lineage_partition, p)], ${partitions}) AS through
      FROM ${database}.measures_${record}
      WHERE ${within('window_start', spans)} AND toUnixTimestamp64Milli(window_end) - w = ${sizeMs}`
}

/** Readings below the lineage are measured, those above it counted. */
function readingsSql(range: Range, anyMoved: boolean): string {
  const { record, sizeMs, database } = range
  const { fields, byAsset, inner, outer } = measureSql(record)
  const columns = ['county', 'asset_id', 'event_time', 'kafka_partition', 'kafka_offset', ...fields]
  const [place, part] = anyMoved
    ? [
        `if(part = ${parts.atHome}, home, county)`,
        `arrayJoin(if(home = '' OR NOT included, [${parts.whole}], [${parts.carried}, ${parts.atHome}]))`,
      ]
    : ['county', parts.whole]
  const groups = `
      SELECT w, ${place} AS place, ${includedSql} AS included, ${part} AS part,
        ${inner.join(',\n        ')}
      FROM (
        SELECT ${windowOf('event_time', sizeMs)} AS w, ${columns.join(', ')}
        FROM ${database}.readings_${record} WHERE ${archivedSql(range)}
      ) AS r
      LEFT JOIN (${lineageSql(range)}) AS l USING (w, county)
      ${anyMoved ? `LEFT JOIN (${homesSql(range)}) AS m USING (w, asset_id)` : ''}
      GROUP BY w, place, included, part${byAsset ? ', asset_id' : ''}`
  return `
    SELECT w, county, sumIf(n, included) AS r_readings, sumIf(n, NOT included) AS r_above, anyIf(v, included) AS r_values
    FROM (
      SELECT w, county, included, r_readings AS n, ${numbers(comparedNames(record).map(recomputed))} AS v
      FROM (SELECT w, place AS county, included, ${outer.join(', ')} FROM (${groups}) GROUP BY w, county, included)
    )
    GROUP BY w, county`
}

/** Condition: the reading lies below the lineage of its county. */
const includedSql = 'kafka_offset < through[kafka_partition + 1]'

/** Assets with included readings of several counties in a window, and the county of the first usable one in the log. */
function homesSql(range: Range): string {
  const { record, sizeMs, database } = range
  const { usable } = measureSql(record)
  const { suspectField } = records[record]
  const columns = [
    'county',
    'asset_id',
    'kafka_partition',
    'kafka_offset',
    ...(suspectField ? [suspectField] : []),
  ]
  return `
      SELECT w, asset_id, argMinIf(county, (kafka_partition, kafka_offset), ${usable}) AS home
      FROM (
        SELECT ${windowOf('event_time', sizeMs)} AS w, ${columns.join(', ')}
        FROM ${database}.readings_${record} WHERE ${archivedSql(range)} AND asset_id IN (${inSeveralSql(range)})
      ) AS r
      LEFT JOIN (${lineageSql(range)}) AS l USING (w, county)
      WHERE ${includedSql}
      GROUP BY w, asset_id HAVING min(county) != max(county)`
}

/** Of all stored rows, those that are collapsed later too: so it costs little. */
function inSeveralSql(range: Range): string {
  return `
      SELECT asset_id FROM ${range.database}.${readingTable(range.record).name}
      WHERE ${archivedSql(range)} GROUP BY asset_id HAVING min(county) != max(county)`
}

function receivedSql(range: Range): string {
  const { record, sizeMs, database } = range
  return `
    SELECT w, county, countIf(${includedSql}) AS c_below, count() - c_below AS c_above
    FROM (
      SELECT ${windowOf('event_time', sizeMs)} AS w, county, kafka_partition, kafka_offset
      FROM ${database}.received_${record} WHERE ${archivedSql(range)}
    ) AS m
    LEFT JOIN (${lineageSql(range)}) AS l USING (w, county)
    GROUP BY w, county`
}

/** Messages of the windows that the archive has committed. */
function archivedSql({ spans, vector }: Range): string {
  return `${within('event_time', spans)} AND kafka_offset < ${int64s(vector)}[kafka_partition + 1]`
}

/** What no reading at all gives, in the order of the values. */
function emptyValues(record: RecordId): string {
  const measures = measureSets[record].measures.map(({ op }) => (op === 'max' || op === 'min' ? nothing : 0))
  return `CAST([${[0, nothing, ...measures].join(', ')}] AS Array(Float64))`
}

/** Columns as one array of floats. */
function numbers(columns: readonly string[]): string {
  return `[${columns.map(column => `ifNull(toFloat64(${column}), ${nothing})`).join(', ')}]`
}

import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import { sqlString } from '../../../schemas/clickhouse/table.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import type { Difference } from '../report/difference.ts'
import { same, within } from '../sql/literals.ts'
import type { WindowRange } from './county-windows.ts'

export interface ExpectationsLook {
  /** Counties of windows that were told with another number than the registry gives, or not at all. */
  readonly differing: number
  /** The first of them. */
  readonly differences: readonly Difference[]
}

const rowsTold = 64
/** Before and after all windows, epoch ms. */
const [always, never] = ['toInt64(-1e15)', 'toInt64(1e15)']

const Row = Type.Object({
  w: Type.Number(),
  county: Type.String(),
  told: Type.Union([Type.Boolean(), Type.Number()]),
  revision: Type.Number(),
  version: Type.Number(),
  s_expected: Type.Number(),
  due: Type.Number(),
  differing: Type.Number(),
})

/**
 * What counties were told to be expected of stored windows against what the registry, as it is stored, says of them.
 * Of record types whose silence is not told nothing is expected. @throws ClickHouseError
 */
export async function lookAtExpectations(store: Store, range: WindowRange): Promise<ExpectationsLook> {
  const { record, sizeMs } = range
  const rows = await selectRows(store, Row, expectationsSql(range, store.database))
  const differences = rows.map(({ w, county, told, revision, version, s_expected, due }): Difference => {
    const where = { record, region: county, windowStart: w, windowEnd: w + sizeMs }
    const note = 'recomputed: from the asset registry; npm run recompute has it told anew'
    const row = { check: 'expectations', name: 'expected', recomputed: due, note } as const
    return told
      ? { ...where, ...row, stored: s_expected, revision, version }
      : { ...where, ...row, stored: null }
  })
  return { differing: rows[0]?.differing ?? 0, differences }
}

/** Windows of which anything is stored, times counties in which anything is in service, against what is stored. */
function expectationsSql({ record, sizeMs, spans }: WindowRange, database: string): string {
  const stored = `
    SELECT toUnixTimestamp64Milli(window_start) AS w, toString(county) AS county, revision, version, expected AS s_expected
    FROM ${database}.measures_${record}
    WHERE ${within('window_start', spans)} AND toUnixTimestamp64Milli(window_end) - w = ${sizeMs} AND status != 'provisional'`
  return `
WITH stored AS (${stored}), steps AS (${stepsSql(record, sizeMs, database)})
SELECT *, count() OVER () AS differing
FROM
(
  SELECT w, county, revision > 0 AS told, revision, version, s_expected, if(serving = 0, 0, due) AS due
  FROM stored
  FULL JOIN
  (
    SELECT asked.w AS w, asked.county AS county, steps.due AS due, steps.serving AS serving
    FROM (
      SELECT w, county FROM (SELECT DISTINCT w FROM stored) AS windows CROSS JOIN (SELECT DISTINCT county FROM steps) AS places
    ) AS asked
    ASOF INNER JOIN steps ON steps.county = asked.county AND asked.w >= steps.at
    WHERE serving > 0
  ) AS registered USING (w, county)
  WHERE NOT (told AND ${same('s_expected', 'due')})
)
ORDER BY w, county LIMIT ${rowsTold}`
}

/**
 * From which start of a window on so much is due in a county. An asset counts in the county where it is as a window begins, or
 * as it comes into service within it: its first stay counts in windows that end after it began, further ones in those that start
 * later, and each until one starts as it is over.
 */
function stepsSql(record: RecordId, sizeMs: number, database: string): string {
  const kinds = records[record].kinds.map(sqlString).join(', ')
  const ms = (column: string, absent: string) => `ifNull(toUnixTimestamp64Milli(${column}), ${absent})`
  return `
    SELECT county, at, sum(change) OVER (PARTITION BY county ORDER BY at) AS due, sum(turns) OVER (PARTITION BY county ORDER BY at) AS serving
    FROM (
      SELECT stay.1 AS county, turn.1 AS at, sum(turn.2 * share) AS change, sum(turn.2) AS turns
      FROM (
        SELECT if(record = ${sqlString(record)} AND isNotNull(period_s), least(1, ${sizeMs} / (1000 * assumeNotNull(period_s))), 0) AS share,
          ${ms('coalesce(commissioned_at, expected_from)', always)} AS begins, ${ms('retired_at', never)} AS ends,
          arrayMap(one -> toUnixTimestamp64Milli(one.until), former) AS moves,
          arrayFilter(one -> one.2 < one.3, arrayMap((place, since, until) -> (place, greatest(since, begins), least(until, ends)),
            arrayPushBack(arrayMap(one -> one.county, former), toString(county)),
            arrayPushFront(moves, ${always}), arrayPushBack(moves, ${never}))) AS stays
        FROM ${database}.assets WHERE kind IN (${kinds})
      )
      ARRAY JOIN stays AS stay, arrayEnumerate(stays) AS number
      ARRAY JOIN [(if(number = 1, stay.2 - ${sizeMs - 1}, stay.2), 1), (stay.3, -1)] AS turn
      GROUP BY county, at
    )`
}

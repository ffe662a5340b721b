import { builtIns, isCensusId, type Kpi, type Term } from '../kpis/kpi.ts'
import { kpis } from '../kpis/kpis.ts'
import type { Operation } from '../measures/measure.ts'
import { measureSets } from '../measures/measures.ts'
import type { RecordId } from '../records/record.ts'

/** Days begin at midnight in the province (no daylight saving time there). */
export const provinceTimeZone = 'Asia/Shanghai'

interface Span {
  readonly view: string
  readonly start: string
  readonly end: string
}

const spans: Readonly<Record<'hour' | 'day', Span>> = {
  hour: {
    view: 'kpi_1h',
    start: `toDateTime64(toStartOfHour(w_start, '${provinceTimeZone}'), 3, 'UTC')`,
    end: 'window_start + INTERVAL 1 HOUR',
  },
  day: {
    view: 'kpi_1d',
    start: `toDateTime64(toStartOfDay(w_start, '${provinceTimeZone}'), 3, 'UTC')`,
    end: 'window_start + INTERVAL 24 HOUR',
  },
}

/**
 * `kpi_1h` and `kpi_1d`: every KPI over the windows that start in an hour or a day, from the stored measures, exactly:
 * county measures are rolled up per window, then over the windows, and only then the formula is applied.
 * Sums and `observed_h` add up; levels (`mean_sum` measures, `assets`, `expected`) are their mean over the
 * windows, which for a ratio of two levels is the ratio of their sums; a census KPI has the last value of the span.
 * One branch per KPI, so that a query for one KPI reads nothing else.
 */
export function kpiRollupView(unit: 'hour' | 'day'): { readonly name: string; readonly query: string } {
  const span = spans[unit]
  const branches = kpis.map(kpi => (isCensusId(kpi.of) ? censusBranch(kpi, span) : branch(kpi, kpi.of, span)))
  return { name: span.view, query: branches.join('\nUNION ALL\n') }
}

function branch(kpi: Kpi, record: RecordId, span: Span): string {
  const operations = operationsOf(kpi, record)
  const measures = [...operations]
  return `
SELECT '${kpi.id}' AS kpi, region, level, window_start, ${span.end} AS window_end,
  if(absent, NULL, ${valueSql(kpi)}) AS value,
  if(absent, 0, raw_numerator) AS numerator,
  if(absent, 0, raw_denominator) AS denominator,
  if(last_revision > 1, 'corrected', 'final') AS status,
  last_revision AS revision, coverage, sum_readings AS readings, windows, sum_duplicates AS duplicates, latest AS event_time_max
FROM
(
  SELECT region, level, ${span.start} AS window_start, count() AS windows,
    ${presentSql(kpi)} AS level_windows,
    ${measures.map(([id, op]) => `${mergeSql(op)}(m_${id}) AS t_${id},`).join(' ')}
    sum(w_observed_h) AS sum_observed_h, sum(w_assets) AS sum_assets, sum(w_expected) AS sum_expected,
    sum(w_readings) AS sum_readings, sum(w_duplicates) AS sum_duplicates,
    max(w_revision) AS last_revision, max(w_event_time_max) AS latest,
    if(sum_expected > 0, least(1, sum_assets / sum_expected), NULL) AS coverage,
    ${product(kpi.factors.map(factor => termSql(factor.numerator, operations)))} AS raw_numerator,
    ${product(kpi.factors.map(factor => termSql(factor.denominator, operations)))} AS raw_denominator,
    ${absentSql(kpi)} AS absent
  FROM
  (
    SELECT region, any(rc.level) AS level, m.window_start AS w_start,
      ${measures.map(([id, op]) => `${mergeSql(op)}(m.${id}) AS m_${id},`).join(' ')}
      (toUnixTimestamp64Milli(any(m.window_end)) - toUnixTimestamp64Milli(w_start)) / 3600000 AS w_observed_h,
      sum(m.assets) AS w_assets, sum(m.expected) AS w_expected,
      sum(m.readings) AS w_readings, sum(m.duplicates) AS w_duplicates,
      max(m.revision) AS w_revision, max(m.event_time_max) AS w_event_time_max
    FROM {database}.measures_${record} AS m
    INNER JOIN {database}.region_counties AS rc ON rc.county = m.county
    GROUP BY region, w_start
  )
  GROUP BY region, level, window_start
)`.trim()
}

function censusBranch(kpi: Kpi, span: Span): string {
  return `
SELECT '${kpi.id}' AS kpi, region, any(region_level) AS level, ${span.start} AS window_start, ${span.end} AS window_end,
  argMax(tuple(v), w_start).1 AS value, argMax(n, w_start) AS numerator, argMax(d, w_start) AS denominator,
  argMax(s, w_start) AS status, argMax(r, w_start) AS revision, argMax(tuple(c), w_start).1 AS coverage,
  argMax(k, w_start) AS readings, count() AS windows, argMax(u, w_start) AS duplicates, argMax(tuple(e), w_start).1 AS event_time_max
FROM
(
  SELECT region, level AS region_level, window_start AS w_start, value AS v, numerator AS n, denominator AS d, status AS s,
    revision AS r, coverage AS c, readings AS k, duplicates AS u, event_time_max AS e
  FROM {database}.kpi WHERE kpi = '${kpi.id}'
)
GROUP BY region, window_start`.trim()
}

/** The measures the KPI needs, with how they merge. */
function operationsOf(kpi: Kpi, record: RecordId): ReadonlyMap<string, Operation> {
  const names = new Set<Term | undefined>([
    ...kpi.factors.flatMap(factor => [factor.numerator, factor.denominator]),
    kpi.present,
  ])
  return new Map(
    measureSets[record].measures.filter(measure => names.has(measure.id)).map(({ id, op }) => [id, op]),
  )
}

function mergeSql(op: Operation): string {
  return op === 'max' || op === 'min' ? op : 'sum'
}

/** Levels are means over the windows in which they were measured. */
function presentSql({ present }: Kpi): string {
  return present === undefined ? 'count()' : `greatest(1, countIf(m_${present} > 0))`
}

function termSql(term: Term, operations: ReadonlyMap<string, Operation>): string {
  if (typeof term === 'number') return String(term)
  if (term === 'assets' || term === 'expected') return `(sum_${term} / windows)`
  if ((builtIns as readonly string[]).includes(term)) return `sum_${term}`
  const op = operations.get(term)
  if (op === undefined) throw new Error(`${term} is neither a measure nor built in`)
  if (op === 'mean_sum') return `(t_${term} / level_windows)`
  return op === 'max' || op === 'min' ? `ifNull(t_${term}, 0)` : `t_${term}`
}

function product(terms: readonly string[]): string {
  return `toFloat64(${terms.join(' * ')})`
}

function absentSql({ present }: Kpi): string {
  return present === undefined ? 'raw_denominator = 0' : `raw_denominator = 0 OR t_${present} <= 0`
}

function valueSql({ scale, atMost }: Kpi): string {
  const value = `${scale} * raw_numerator / raw_denominator`
  return atMost === undefined ? value : `least(${atMost}, ${value})`
}

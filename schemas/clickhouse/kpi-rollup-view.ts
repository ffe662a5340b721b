import { isCensusId, type Kpi, type Term } from '../kpis/kpi.ts'
import { kpis } from '../kpis/kpis.ts'
import type { Operation } from '../measures/measure.ts'
import { measureSets } from '../measures/measures.ts'
import type { RecordId } from '../records/record.ts'
import { time } from './table.ts'

/** Days begin at midnight in the province (no daylight saving time there). */
export const provinceTimeZone = 'Asia/Shanghai'

interface Span {
  /** A CAST: unlike toDateTime64 it lets a condition on it select the parts and granules to read. */
  readonly start: string
  readonly end: string
}

const spans = {
  kpi_1h: {
    start: `CAST(toStartOfHour(m.window_start, '${provinceTimeZone}') AS ${time})`,
    end: 'window_start + INTERVAL 1 HOUR',
  },
  kpi_1d: {
    start: `CAST(toStartOfDay(m.window_start, '${provinceTimeZone}') AS ${time})`,
    end: 'window_start + INTERVAL 24 HOUR',
  },
} as const satisfies Readonly<Record<string, Span>>
export type RollupView = keyof typeof spans

/** `kpi_1h` and `kpi_1d`: every KPI, see `kpiRollup`. */
export function kpiRollupView(name: RollupView): { readonly name: string; readonly query: string } {
  return { name, query: kpiRollup(name, kpis) }
}

/**
 * KPIs over the windows that start in an hour or a day, from the stored measures, exactly: county measures are added up
 * over counties and windows, and only then is the formula applied.
 * Sums and `observed_h` add up; levels (`mean_sum` measures, `assets`, `expected`) are their mean over the
 * windows, which for a ratio of two levels is the ratio of their sums; a census KPI has the last value of the span.
 * One branch per KPI, so that a query for one KPI reads nothing else; the stores are read without their views,
 * which halves the time such a long query takes to plan.
 * @returns a query in which `{database}` stands for the database
 */
export function kpiRollup(view: RollupView, of: readonly Kpi[]): string {
  const span = spans[view]
  const branches = of.map(kpi => (isCensusId(kpi.of) ? censusBranch(kpi, span) : branch(kpi, kpi.of, span)))
  return branches.join('\nUNION ALL\n')
}

function branch(kpi: Kpi, record: RecordId, span: Span): string {
  const operations = operationsOf(kpi, record)
  const totals = [...operations].map(([id, op]) => `${mergedSql(id, op)} AS t_${id},`).join(' ')
  const numerator = product(kpi.factors.map(factor => termSql(factor.numerator, operations)))
  const denominator = product(kpi.factors.map(factor => termSql(factor.denominator, operations)))
  return `
SELECT '${kpi.id}' AS kpi, region, level, start AS window_start, ${span.end} AS window_end,
  if(${absentSql(kpi)}, NULL, ${valueSql(kpi)}) AS value,
  if(isNull(value), 0, n) AS numerator, if(isNull(value), 0, d) AS denominator,
  if(r > 1, 'corrected', 'final') AS status, r AS revision,
  if(t_expected > 0, least(1, t_assets / t_expected), NULL) AS coverage,
  k AS readings, w AS windows, u AS duplicates, e AS event_time_max
FROM
(
  SELECT rc.region AS region, rc.level AS level, ${span.start} AS start, ${totals}
    uniqExact(m.window_start) AS w, ${levelWindowsSql(kpi)} AS level_w,${needs(kpi, 'observed_h') ? `\n    ${observedSql} AS t_observed_h,` : ''}
    sum(m.assets) AS t_assets, sum(m.expected) AS t_expected, sum(m.readings) AS k, sum(m.duplicates) AS u,
    max(m.revision) AS r, max(m.event_time_max) AS e,
    ${numerator} AS n, ${denominator} AS d
  FROM {database}.measures_${record}_windows_store AS m FINAL
  INNER JOIN {database}.region_counties AS rc ON rc.county = m.county
  GROUP BY region, level, start
  SETTINGS do_not_merge_across_partitions_select_final = 1
)`.trim()
}

function censusBranch(kpi: Kpi, span: Span): string {
  return `
SELECT '${kpi.id}' AS kpi, region, level, start AS window_start, ${span.end} AS window_end,
  last.1 AS value, last.2 AS numerator, last.3 AS denominator, last.4 AS status, last.5 AS revision, last.6 AS coverage,
  last.7 AS readings, w AS windows, last.8 AS duplicates, last.9 AS event_time_max
FROM
(
  SELECT m.region AS region, m.level AS level, ${span.start} AS start, count() AS w,
    argMax((m.value, m.numerator, m.denominator, m.status, m.revision, m.coverage, m.readings, m.duplicates, m.event_time_max), m.window_start) AS last
  FROM {database}.kpi_windows_store AS m FINAL WHERE m.kpi = '${kpi.id}'
  GROUP BY region, level, start
  SETTINGS do_not_merge_across_partitions_select_final = 1
)`.trim()
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

function mergedSql(id: string, op: Operation): string {
  if (op === 'max' || op === 'min') return `${op}(m.${id})`
  // Unknown where any of the windows is of before there were shares.
  return op === 'share_sum'
    ? `if(countIf(isNull(m.${id}) AND m.readings > 0) > 0, NULL, sum(m.${id}))`
    : `sum(m.${id})`
}

/** The windows of the span, in hours; counties share them. */
const observedSql =
  'arraySum(x -> x.2 - x.1, groupUniqArray((toUnixTimestamp64Milli(m.window_start), toUnixTimestamp64Milli(m.window_end)))) / 3600000'

/** Levels are means over the windows in which they were measured. */
function levelWindowsSql({ present }: Kpi): string {
  return present === undefined
    ? 'uniqExact(m.window_start)'
    : `greatest(1, uniqExactIf(m.window_start, m.${present} > 0))`
}

function needs({ factors }: Kpi, name: string): boolean {
  return factors.some(({ numerator, denominator }) => numerator === name || denominator === name)
}

function termSql(term: Term, operations: ReadonlyMap<string, Operation>): string {
  if (typeof term === 'number') return String(term)
  if (term === 'assets' || term === 'expected') return `(t_${term} / w)`
  if (term === 'observed_h') return 't_observed_h'
  if (term === 'readings') return 'k'
  const op = operations.get(term)
  if (op === undefined) throw new Error(`${term} is neither a measure nor built in`)
  if (op === 'mean_sum') return `(t_${term} / level_w)`
  return op === 'max' || op === 'min' ? `ifNull(t_${term}, 0)` : `t_${term}`
}

function product(terms: readonly string[]): string {
  return `toFloat64(${terms.join(' * ')})`
}

function absentSql({ present }: Kpi): string {
  return present === undefined ? 'd = 0' : `d = 0 OR t_${present} <= 0`
}

function valueSql({ scale, atMost }: Kpi): string {
  const value = `${scale} * n / d`
  return atMost === undefined ? value : `least(${atMost}, ${value})`
}

import { isCensusId, type Kpi, type Term } from '../kpis/kpi.ts'
import { kpis } from '../kpis/kpis.ts'
import type { Operation } from '../measures/measure.ts'
import { measureSets } from '../measures/measures.ts'
import type { RecordId } from '../records/record.ts'
import { regionNames } from './region-tables.ts'
import { time } from './table.ts'
import type { View } from './view.ts'

/** Days begin at midnight in the province (no daylight saving time there). */
export const provinceTimeZone = 'Asia/Shanghai'

interface Span {
  /** A CAST: unlike toDateTime64 it lets a condition on it select the parts and granules to read. */
  readonly start: string
  readonly end: string
  readonly text: string
}

const spans = {
  kpi_1h: {
    start: `CAST(toStartOfHour(m.window_start, '${provinceTimeZone}') AS ${time})`,
    end: 'window_start + INTERVAL 1 HOUR',
    text: 'an hour',
  },
  kpi_1d: {
    start: `CAST(toStartOfDay(m.window_start, '${provinceTimeZone}') AS ${time})`,
    end: 'window_start + INTERVAL 24 HOUR',
    text: 'a day of the province (UTC+8)',
  },
} as const satisfies Readonly<Record<string, Span>>
export type RollupView = keyof typeof spans

/** What columns are where they are of an hour or a day. */
export const rollupComments = {
  window_start: 'Start of the hour or day, UTC',
  window_end: 'End of the hour or day, exclusive, UTC',
  numerator: 'Numerator of the formula over all windows, without its scale',
  denominator: 'Denominator of the formula over all windows',
  status: 'corrected where a window behind it was, else final',
  revision: 'Greatest revision of the windows behind it',
}

/** `kpi_1h` and `kpi_1d`: every KPI, see `kpiRollup`. */
export function kpiRollupView(name: RollupView): View {
  return {
    name,
    comment: `A KPI of one region over the windows that start in ${spans[name].text}`,
    columns: rollupComments,
    query: `SELECT *, ${regionNames('region').join(', ')} FROM\n(\n${kpiRollup(name, kpis)}\n)`,
  }
}

/**
 * KPIs over the windows that start in an hour or a day, from the stored measures, exactly: county measures are added up
 * over counties and windows, and only then is the formula applied.
 * Sums and `observed_h` add up; levels (`mean_sum` measures, `assets`, `expected`) are their mean over the
 * windows, which for a ratio of two levels is the ratio of their sums; a census KPI has the last value of the span.
 *
 * One plain SELECT per KPI brings its measures into places that all formulas share, and one aggregation is over all of
 * them. A condition on `kpi` reaches the SELECTs, so a query for one KPI reads its columns and nothing else. ClickHouse
 * plans such a query in less than half of the time that an aggregation per KPI takes. Counties are added up over their windows
 * first, so that only a row of each meets its regions.
 * @returns a query in which `{database}` stands for the database
 */
export function kpiRollup(view: RollupView, of: readonly Kpi[]): string {
  const span = spans[view]
  const census = of.filter(kpi => isCensusId(kpi.of))
  const measured = of.flatMap(kpi => (isCensusId(kpi.of) ? [] : [formulaOf(kpi, kpi.of)]))
  const parts = [
    measured.length > 0 && measuredSql(measured, span),
    census.length > 0 && censusSql(census, span),
  ]
  return parts.filter(part => part !== false).join('\nUNION ALL\n')
}

/** A KPI as the SQL of its formula, in terms of what `measuredSql` adds up. */
interface Formula {
  readonly kpi: string
  readonly record: RecordId
  /** The measures it needs, by the place each has among the columns: `n1` is the numerator of the first factor. */
  readonly places: ReadonlyMap<string, string>
  /** Above 0 where something was measured. */
  readonly present: string
  /** The window, where the KPI takes a mean over windows. */
  readonly levelStart: string
  /** The windows seen, where the KPI is a rate. Counties share them, so each counts once. */
  readonly observed: string
  readonly numerator: string
  readonly denominator: string
  readonly value: string
}

/** Lengths of windows are below it, ms. */
const lengths = 2 ** 32
/** A window as one number, its length beside its start, which is unique within a day. ms */
const observedWindow = `toUInt64(toUnixTimestamp64Milli(window_start) % ${2 ** 31}) * ${lengths} + toUInt64(dateDiff('millisecond', window_start, window_end))`

/** What stands where a KPI needs nothing: a constant, which costs nearly nothing to read and add up. */
const nothing = {
  levelStart: `CAST(0 AS ${time})`,
  observed: 'toUInt64(0)',
  sum: '0.',
  extreme: 'CAST(NULL AS Nullable(Float64))',
}

function formulaOf({ id, factors, present, scale, atMost }: Kpi, record: RecordId): Formula {
  const operations = new Map(measureSets[record].measures.map(measure => [measure.id, measure.op]))
  const places = new Map<string, string>()
  let levelStart = nothing.levelStart
  let observed = nothing.observed
  const level = (total: string, measuredOnly = true): string => {
    if (measuredOnly) levelStart = 'window_start'
    return `(${total} / ${measuredOnly ? 'level_w' : 'w'})`
  }
  const termSql = (term: Term, place: string): string => {
    if (typeof term === 'number') return String(term)
    if (term === 'assets' || term === 'expected') {
      places.set(place, `toFloat64(${term})`)
      return level(`t_${place}`, present === undefined)
    }
    if (term === 'observed_h') {
      observed = observedWindow
      return 'hours'
    }
    if (term === 'readings') return 'k'
    const op = operations.get(term)
    if (op === undefined) throw new Error(`${term} is neither a measure nor built in`)
    const column = isExtreme(op) ? `${place}_${op}` : place
    places.set(column, op === 'share_sum' ? knownShare(term) : term)
    if (op === 'mean_sum') return level(`t_${column}`)
    return isExtreme(op) ? `ifNull(t_${column}, 0)` : `t_${column}`
  }
  const product = (side: 'numerator' | 'denominator'): string =>
    `toFloat64(${factors.map((factor, index) => termSql(factor[side], `${side[0]}${index + 1}`)).join(' * ')})`
  const ratio = `${scale} * n / d`
  const value = atMost === undefined ? ratio : `least(${atMost}, ${ratio})`
  const [numerator, denominator] = [product('numerator'), product('denominator')]
  return {
    kpi: id,
    record,
    places,
    present: present ?? '1.',
    levelStart,
    observed,
    numerator,
    denominator,
    value,
  }
}

/** Not a number, so that no sum with it is one, in a window with readings of before there were shares. */
function knownShare(measure: string): string {
  return `ifNull(${measure}, if(readings > 0, nan, 0.))`
}

function measuredSql(formulas: readonly Formula[], { start, end }: Span): string {
  const places = [...new Set(formulas.flatMap(formula => [...formula.places.keys()]))].sort()
  const ofPlaces = (sql: (merge: string, place: string) => string) =>
    places.map(place => sql(/m(ax|in)$/.exec(place)?.[0] ?? 'sum', place)).join(' ')
  return `
SELECT kpi, region, level, start AS window_start, ${end} AS window_end,
  if(d = 0 OR isNaN(n + d) OR t_present <= 0, NULL, ${byKpi(formulas, 'value')}) AS value,
  if(isNull(value), 0, n) AS numerator, if(isNull(value), 0, d) AS denominator,
  if(r > 1, 'corrected', 'final') AS status, r AS revision,
  if(t_expected > 0, least(1, t_assets / t_expected), NULL) AS coverage,
  k AS readings, w AS windows, u AS duplicates, e AS event_time_max
FROM
(
  SELECT c.kpi AS kpi, rc.region AS region, rc.level AS level, c.start AS start, ${ofPlaces((merge, place) => `${merge}(c.${place}) AS t_${place},`)}
    uniqExactMerge(c.starts) AS w, greatest(1, uniqExactIfMerge(c.level_starts)) AS level_w,
    arraySum(x -> x % ${lengths}, groupUniqArrayArray(c.observed)) / 3600000 AS hours, sum(c.present) AS t_present,
    sum(c.assets) AS t_assets, sum(c.expected) AS t_expected, sum(c.readings) AS k, sum(c.duplicates) AS u,
    max(c.revision) AS r, max(c.event_time_max) AS e,
    ${byKpi(formulas, 'numerator')} AS n,
    ${byKpi(formulas, 'denominator')} AS d
  FROM
  (
    SELECT m.kpi AS kpi, m.county AS county, ${start} AS start, ${ofPlaces((merge, place) => `${merge}(m.${place}) AS ${place},`)}
      uniqExactState(m.window_start) AS starts, uniqExactIfState(m.level_start, m.present > 0) AS level_starts,
      groupUniqArrayIf(m.observed, m.observed > 0) AS observed, sum(m.present) AS present, sum(m.assets) AS assets,
      sum(m.expected) AS expected, sum(m.readings) AS readings, sum(m.duplicates) AS duplicates,
      max(m.revision) AS revision, max(m.event_time_max) AS event_time_max
    FROM
    (
      ${formulas.map(formula => placedSql(formula, places)).join('\n      UNION ALL\n      ')}
    ) AS m
    GROUP BY kpi, county, start
  ) AS c
  INNER JOIN {database}.region_counties AS rc ON rc.county = c.county
  GROUP BY kpi, region, level, start
  SETTINGS do_not_merge_across_partitions_select_final = 1
)`.trim()
}

/** The windows of one KPI: its measures in their places, and nothing in the places that others have. */
function placedSql(
  { kpi, record, places: own, present, levelStart, observed }: Formula,
  places: readonly string[],
): string {
  const measures = places.map(
    place => `${own.get(place) ?? (place.includes('_') ? nothing.extreme : nothing.sum)} AS ${place}, `,
  )
  return `SELECT '${kpi}' AS kpi, county, window_start, ${measures.join('')}${present} AS present, ${levelStart} AS level_start,
      ${observed} AS observed, assets, expected, readings, duplicates, revision, event_time_max
    FROM {database}.measures_${record}_windows_store FINAL`
}

/** The expression of each KPI; KPIs that have the same one share a case. */
function byKpi(formulas: readonly Formula[], part: 'numerator' | 'denominator' | 'value'): string {
  const cases = Map.groupBy(formulas, formula => formula[part])
  const [[fallback = ''] = [], ...others] = [...cases].sort(
    ([, left], [, right]) => right.length - left.length,
  )
  if (others.length === 0) return fallback
  const conditions = others.map(
    ([sql, of]) => `kpi IN (${of.map(({ kpi }) => `'${kpi}'`).join(', ')}), ${sql}`,
  )
  return `multiIf(${conditions.join(', ')}, ${fallback})`
}

function censusSql(of: readonly Kpi[], { start, end }: Span): string {
  return `
SELECT kpi, region, level, start AS window_start, ${end} AS window_end,
  last.1 AS value, last.2 AS numerator, last.3 AS denominator, last.4 AS status, last.5 AS revision, last.6 AS coverage,
  last.7 AS readings, w AS windows, last.8 AS duplicates, last.9 AS event_time_max
FROM
(
  SELECT m.kpi AS kpi, m.region AS region, m.level AS level, ${start} AS start, count() AS w,
    argMax((m.value, m.numerator, m.denominator, m.status, m.revision, m.coverage, m.readings, m.duplicates, m.event_time_max), m.window_start) AS last
  FROM {database}.kpi_windows_store AS m FINAL WHERE m.kpi IN (${of.map(({ id }) => `'${id}'`).join(', ')})
  GROUP BY kpi, region, level, start
  SETTINGS do_not_merge_across_partitions_select_final = 1
)`.trim()
}

function isExtreme(op: Operation): boolean {
  return op === 'max' || op === 'min'
}

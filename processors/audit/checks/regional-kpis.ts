import { sqlString } from '../../../schemas/clickhouse/table.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { kpiSql } from '../sql/kpi-sql.ts'
import { nothing, type Span, same, within } from '../sql/literals.ts'

/** Regions told of in detail, of each window that is not as it should be. */
export const regionsTold = 64

/** What is compared of a KPI's row, in the order of the values. */
export const comparedOfKpi = [
  'value',
  'numerator',
  'denominator',
  'coverage',
  'readings',
  'assets',
  'expected',
  'window_end',
] as const

/**
 * One KPI in every region and window that starts in the spans: the view `kpi` against what the stored measures of the
 * region's counties give. One row for all windows that are as they should be (`window` is -1) and one for each of the others.
 */
export function regionalKpisSql(kpi: Kpi, spans: readonly Span[], database: string): string {
  const { numerator, denominator, absent, value, measures } = kpiSql(kpi)
  const totals = [...measures].map(([id, merge]) => `${merge}(m.${id}) AS t_${id}`)
  return `
SELECT if(n_differing = 0, -1, w) AS window, sum(n_told) AS told,
  sum(n_differing) AS differing, groupArrayArray(w_details) AS details
FROM
(
  SELECT w, countIf(told) AS n_told, countIf(NOT clean) AS n_differing,
    groupArraySortedIf(${regionsTold})((region, told, known, revision, version, ${columns('s')}, ${columns('r')}), NOT clean) AS w_details
  FROM
  (
    SELECT *, told AND known AND ${comparedOfKpi.map(name => same(`s_${name}`, `r_${name}`)).join('\n      AND ')} AS clean
    FROM
    (
      SELECT toUnixTimestamp64Milli(window_start) AS w, region, revision, version, true AS told,
        ${named('s', {
          value: 'value',
          numerator: 'numerator',
          denominator: 'denominator',
          coverage: 'coverage',
          readings: 'readings',
          assets: 'assets',
          expected: 'expected',
          window_end: 'toUnixTimestamp64Milli(window_end)',
        })}
      FROM ${database}.kpi
      WHERE kpi = ${sqlString(kpi.id)} AND ${within('window_start', spans)}
    ) AS s
    FULL JOIN
    (
      SELECT w, region, true AS known, ${numerator} AS k_numerator, ${denominator} AS k_denominator, ${absent} AS absent,
        ${named('r', {
          value: `if(absent, NULL, ${value})`,
          numerator: 'if(absent, 0, k_numerator)',
          denominator: 'if(absent, 0, k_denominator)',
          coverage: 'if(t_expected > 0, least(1, t_assets / t_expected), NULL)',
          readings: 't_readings',
          assets: 't_assets',
          expected: 't_expected',
          window_end: 'w_end',
        })}
      FROM
      (
        SELECT toUnixTimestamp64Milli(m.window_start) AS w, c.region AS region,
          toUnixTimestamp64Milli(max(m.window_end)) AS w_end, (w_end - w) / 3600000 AS t_observed_h,
          ${[...totals, 'sum(m.assets) AS t_assets', 'sum(m.expected) AS t_expected', 'sum(m.readings) AS t_readings'].join(', ')}
        FROM ${database}.measures_${kpi.of} AS m
        INNER JOIN ${database}.region_counties AS c ON c.county = m.county
        WHERE ${within('m.window_start', spans)}
        GROUP BY w, region
      )
    ) AS r USING (w, region)
  )
  GROUP BY w
)
GROUP BY window`
}

/** The compared columns of one side. */
function columns(side: 's' | 'r'): string {
  return comparedOfKpi.map(name => `${side}_${name}`).join(', ')
}

function named(
  side: 's' | 'r',
  expressions: Readonly<Record<(typeof comparedOfKpi)[number], string>>,
): string {
  return comparedOfKpi
    .map(name => `ifNull(toFloat64(${expressions[name]}), ${nothing}) AS ${side}_${name}`)
    .join(',\n        ')
}

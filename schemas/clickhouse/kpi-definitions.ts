import { feedOf } from '../kpis/kpi.ts'
import { formulaOf } from '../kpis/kpi-table.ts'
import { kpis } from '../kpis/kpis.ts'
import { type DefinedTable, definedRow } from './region-tables.ts'

/** What the KPIs are: names, units, formulas, targets. */
export const kpiDefinitions: DefinedTable = {
  name: 'kpis',
  orderBy: 'kpi',
  structure:
    'kpi String, feed LowCardinality(String), record LowCardinality(String), zh String, en String, unit LowCardinality(String), formula String, good LowCardinality(String), decimals UInt8, target Nullable(Float64), target_source Nullable(String), min_coverage Float64, source String',
  rows: kpis.map(kpi =>
    definedRow([
      kpi.id,
      feedOf(kpi.id),
      kpi.of,
      kpi.zh,
      kpi.en,
      kpi.unit,
      formulaOf(kpi).replaceAll('`', ''),
      kpi.good,
      kpi.decimals,
      kpi.target?.value ?? null,
      kpi.target?.source ?? null,
      kpi.minCoverage,
      kpi.source,
    ]),
  ),
}

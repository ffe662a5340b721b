import { feedOf } from '../kpis/kpi.ts'
import { formulaOf } from '../kpis/kpi-table.ts'
import { kpis } from '../kpis/kpis.ts'
import { type DefinedTable, definedRow } from './region-tables.ts'

/** What the KPIs are: names, units, formulas, targets. */
export const kpiDefinitions: DefinedTable = {
  name: 'kpis',
  comment: 'A KPI: its names, unit, formula and target',
  orderBy: 'kpi',
  columns: {
    kpi: ['String', 'KPI'],
    feed: ['LowCardinality(String)', 'radio, datacenter, grid or parking'],
    record: ['LowCardinality(String)', 'Record type or census whose measures it is computed from'],
    zh: ['String', 'Chinese name'],
    en: ['String', 'English name'],
    unit: ['LowCardinality(String)', 'Unit of the value; 1 where it has none'],
    formula: ['String', 'Formula over measures, evaluated after they were added up'],
    good: ['LowCardinality(String)', 'Which way is good: up, down or none'],
    decimals: ['UInt8', 'Decimals that people act on'],
    target: ['Nullable(Float64)', 'Target or limit, in the unit of the value'],
    target_source: ['Nullable(String)', 'Where the target comes from'],
    min_coverage: ['Float64', 'Below this coverage a value is unsure, 0 to 1'],
    source: ['String', 'Where the definition comes from'],
  },
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

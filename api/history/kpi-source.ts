import { kpiRollup, type RollupView } from '../../schemas/clickhouse/kpi-rollup-view.ts'
import type { Kpi } from '../../schemas/kpis/kpi.ts'

/** Views that have values of KPIs. */
export type KpiView = 'kpi' | 'kpi_revisions' | RollupView

/**
 * What is read of a view where it is about these KPIs alone, after FROM; it needs parameter `database`. ClickHouse plans
 * `kpi_1h` and `kpi_1d` with all KPIs there are, which takes longer than most ranges take to read.
 */
export function kpiSource(view: KpiView, kpis: readonly Kpi[]): string {
  if (view === 'kpi' || view === 'kpi_revisions') return `{database: Identifier}.${view}`
  return `(\n${kpiRollup(view, kpis).replaceAll('{database}', '{database: Identifier}')}\n)`
}

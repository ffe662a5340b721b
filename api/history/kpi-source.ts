import { kpiRollup, type RollupView } from '../../schemas/clickhouse/kpi-rollup-view.ts'
import type { Kpi } from '../../schemas/kpis/kpi.ts'

/** Views that have values of KPIs. */
export type KpiView = 'kpi' | 'kpi_revisions' | RollupView

/**
 * What is read of a view where it is about these KPIs alone, after FROM; it needs parameter `database`. ClickHouse plans
 * `kpi_1h` and `kpi_1d` with all KPIs there are. Here each KPI is added up by itself, so that an export of many does not hold
 * the sums of all of them at once.
 */
export function kpiSource(view: KpiView, kpis: readonly Kpi[]): string {
  if (view === 'kpi' || view === 'kpi_revisions') return `{database: Identifier}.${view}`
  const each = kpis.map(kpi => kpiRollup(view, [kpi]).replaceAll('{database}', '{database: Identifier}'))
  return `(\n${each.join('\nUNION ALL\n')}\n)`
}

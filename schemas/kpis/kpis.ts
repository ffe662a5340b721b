import { datacenterKpis } from './datacenter.ts'
import { gridKpis } from './grid.ts'
import type { Kpi, SeriesId } from './kpi.ts'
import { parkingKpis } from './parking.ts'
import { radioKpis } from './radio.ts'

/** Every KPI. Adding one is adding an entry to one of the four files above. */
export const kpis: readonly Kpi[] = [...radioKpis, ...datacenterKpis, ...gridKpis, ...parkingKpis]

const byId = new Map<string, Kpi>(kpis.map(kpi => [kpi.id, kpi]))

export function kpiOf(id: string): Kpi | undefined {
  return byId.get(id)
}

/** The KPIs computed from one record type or census. */
export function kpisOf(series: SeriesId): readonly Kpi[] {
  return kpis.filter(kpi => kpi.of === series)
}

/** Whether the KPI is the share of assets that reported, whatever they said. */
export function tellsWhoReports(id: string): boolean {
  const [factor, ...more] = kpiOf(id)?.factors ?? []
  return factor?.numerator === 'assets' && factor.denominator === 'expected' && more.length === 0
}

import { kpiOf } from '../../../../schemas/kpis/kpis.ts'
import type { Origin } from '../../state/route.ts'

/** Put on a number that a click asks where it comes from; what it is says the nearest element with data-region. */
export const asks = { 'data-asks': '' } as const

/** Something on screen, as far as it is needed here; an Element. */
export interface Place {
  closest(selector: string): Place | null
  getAttribute(name: string): string | null
}

/**
 * The value that an element shows or belongs to: the nearest one that names a region, and a KPI or the chosen one.
 * Null where there is none.
 */
export function valueAt(place: Place, chosenKpi: string): Origin | null {
  const named = place.closest('[data-region]')
  const region = named?.getAttribute('data-region')
  const kpi = kpiOf(named?.getAttribute('data-kpi') ?? chosenKpi)
  if (!region || !kpi) return null
  return { kpi: kpi.id, region, windowStart: null }
}

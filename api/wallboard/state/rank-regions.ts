import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../schemas/regions/regions.ts'
import type { Current } from './cell-book.ts'

export interface Ranked {
  readonly region: Region
  readonly current: Current | undefined
}

/** Worst first; the highest first where no direction is good. Regions without a value come last, by code. */
export function rankRegions(
  regions: readonly Region[],
  currentOf: (region: string) => Current | undefined,
  good: Kpi['good'],
): readonly Ranked[] {
  const sign = good === 'up' ? 1 : -1
  return regions
    .map(region => ({ region, current: currentOf(region.code) }))
    .sort((a, b) => {
      const [one, other] = [a.current?.cell.value ?? null, b.current?.cell.value ?? null]
      if (one === null || other === null) {
        return Number(one === null) - Number(other === null) || a.region.code.localeCompare(b.region.code)
      }
      return sign * (one - other) || a.region.code.localeCompare(b.region.code)
    })
}

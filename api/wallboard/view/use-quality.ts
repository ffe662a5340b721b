import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import type { Current } from '../state/cell-book.ts'
import { ageOf, type Quality, qualityOf } from '../state/quality.ts'
import { useShared } from './wall-context.ts'

export interface Judged {
  readonly quality: Quality
  /** Event time since the end of the window, ms. */
  readonly ageMs: number
}

/** Whether a value may be believed right now. */
export function useQuality(kpi: Kpi, current: Current | undefined): Judged {
  const pulse = useShared().wall.pulse.value
  return {
    quality: qualityOf(current?.cell, kpi.minCoverage, pulse),
    ageMs: current ? ageOf(current.cell, pulse) : 0,
  }
}

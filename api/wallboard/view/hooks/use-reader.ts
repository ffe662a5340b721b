import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { cellKey } from '../../../client/stream-client.ts'
import type { Current } from '../../state/cell-book.ts'
import { type Quality, qualityOf } from '../../state/quality.ts'
import { showNumber } from '../../text/format-number.ts'
import { useShared, useWords } from '../wall-context.ts'

export interface Reading {
  readonly current: Current | undefined
  readonly quality: Quality
  readonly value: number | null
}

/** Reads cells as of the wall's latest second: hundreds of values that nobody wants to see move one by one. */
export function useReader(): (kpi: Kpi, region: string) => Reading {
  const { wall } = useShared()
  const pulse = wall.pulse.value
  return (kpi, region) => {
    const current = wall.data.cell(cellKey(kpi.id, region))
    return {
      current,
      quality: qualityOf(current?.cell, kpi.minCoverage, pulse),
      value: current?.cell.value ?? null,
    }
  }
}

/** A reading in as few characters as say it: `≈98.2`, `1.24万`, `无数据`. */
export function useShortText(): (reading: Reading, kpi: Kpi) => string {
  const { language, t } = useWords()
  return ({ value, quality }, kpi) => {
    if (value === null) return quality === 'waiting' ? '' : t.noData
    const { digits, magnitude } = showNumber(value, kpi.decimals, language)
    return `${quality === 'unsure' ? '≈' : ''}${digits}${magnitude}`
  }
}

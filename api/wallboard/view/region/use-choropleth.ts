import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import type { Region } from '../../../../schemas/regions/regions.ts'
import { cellKey } from '../../../client/stream-client.ts'
import { type ColourDomain, colourDomain, stepOf } from '../../scale/colour-domain.ts'
import { type ColourStep, colourSteps } from '../../scale/colour-steps.ts'
import { judgedBy } from '../../scale/judged-by.ts'
import type { Current } from '../../state/cell-book.ts'
import { type Quality, qualityOf } from '../../state/quality.ts'
import { useShared } from '../wall-context.ts'

/** How a region is drawn. */
export interface Painted {
  readonly current: Current | undefined
  readonly quality: Quality
  /** Null when there is no value to colour by. */
  readonly step: number | null
  readonly colour: ColourStep | null
}

export interface Choropleth {
  readonly paint: (region: string) => Painted
  readonly domain: ColourDomain | null
}

/** Colours regions by a KPI, on one scale for all of them; follows the cells, at most once a second. */
export function useChoropleth(kpi: Kpi, regions: readonly Region[]): Choropleth {
  const { wall } = useShared()
  const pulse = wall.pulse.value
  const { data } = wall
  const keys = useMemo(() => regions.map(({ code }) => cellKey(kpi.id, code)), [kpi, regions])
  const scope = keys.join(' ')
  // Watched here, so that news of these cells is published; read below, all at once.
  const signals = useMemo(() => keys.map(key => data.watchCell(key)), [scope])
  useEffect(() => () => keys.forEach(data.unwatchCell), [scope])
  const currents = new Map(regions.map(({ code }, i) => [code, signals[i]?.value]))

  const values = [...currents.values()].flatMap(current =>
    typeof current?.cell.value === 'number' ? [current.cell.value] : [],
  )
  const held = useRef<{ readonly scope: string; readonly domain: ColourDomain } | null>(null)
  const good = judgedBy(kpi)
  const before = held.current?.scope === scope ? held.current.domain : undefined
  const domain = values.length > 0 ? colourDomain(values, { ...kpi, good }, before) : (before ?? null)
  held.current = domain && { scope, domain }

  const steps = colourSteps(good)
  return {
    domain,
    paint(code) {
      const current = currents.get(code)
      const value = current?.cell.value ?? null
      const step = value === null || domain === null ? null : stepOf(value, domain, good)
      return {
        current,
        quality: qualityOf(current?.cell, kpi.minCoverage, pulse),
        step,
        colour: step === null ? null : (steps[step] ?? null),
      }
    },
  }
}

import { defaultMinCoverage, type Kpi, type Ratio, type Term } from './kpi.ts'

type Optional = 'minCoverage' | 'scale' | 'decimals' | 'good'

/** Fills in what most KPIs share. */
export function define(kpi: Omit<Kpi, Optional> & Partial<Pick<Kpi, Optional>>): Kpi {
  return { minCoverage: defaultMinCoverage, scale: 1, decimals: 1, good: 'none', ...kpi }
}

export function ratio(numerator: Term, denominator: Term): Ratio {
  return { numerator, denominator }
}

/** The share of the expected assets that reported in the window. */
export function coverageKpi(id: Kpi['id'], of: Kpi['of'], zh: string, en: string): Kpi {
  return define({
    id,
    of,
    zh,
    en,
    unit: '%',
    factors: [ratio('assets', 'expected')],
    scale: 100,
    atMost: 100,
    good: 'up',
    source: 'Assets that reported / assets expected from the asset registry',
  })
}

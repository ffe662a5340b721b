import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { boundsOf, type ColourDomain, colourDomain } from './colour-domain.ts'
import { stepCount } from './colour-steps.ts'

/** The line that the values of one KPI lie on, so that regions can be compared along it. */
export interface Axis {
  readonly low: number
  readonly high: number
  /** Bars grow from zero; where the axis does not begin there, values are dots: a bar would lie about proportions. */
  readonly mark: 'bar' | 'dot'
  readonly domain: ColourDomain
}

/** Per cents that all lie in the top part of the whole differ too little for bars from zero. */
const topPart = 85

/** An axis with round ends that all values fit on. `held` is kept while it fits. */
export function axisFor(kpi: Kpi, values: readonly number[], held?: Axis): Axis {
  const isShare = kpi.unit === '%' && values.some(value => value < topPart)
  if (isShare && Math.max(...values) <= 100) {
    return { low: 0, high: 100, mark: 'bar', domain: { low: 0, step: 100 / stepCount } }
  }
  const all = isAmount(kpi) ? [0, ...values] : values
  const before = held?.mark === (isAmount(kpi) ? 'bar' : 'dot') ? held.domain : undefined
  const domain = colourDomain(all, isAmount(kpi) ? { ...kpi, good: 'none' } : kpi, before)
  const bounds = boundsOf(domain)
  const low = bounds[0] ?? 0
  return { low, high: bounds.at(-1) ?? 1, mark: low === 0 && isAmount(kpi) ? 'bar' : 'dot', domain }
}

/** Per cent along the axis. */
export function along({ low, high }: Axis, value: number): number {
  return Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100))
}

/** Whether twice as many things make twice the value: sites, spaces, alarms an hour. A ratio is no amount. */
export function isAmount({ factors }: Kpi): boolean {
  return factors.every(({ denominator }) => denominator === 1 || denominator === 'observed_h')
}

import type { Kpi, Term } from './kpi.ts'

export interface Evaluated {
  /** In the KPI's unit; null when a denominator is empty, nothing was measured, or a measure is unknown. */
  readonly value: number | null
  /** Products of the ratios' numerators and denominators: value = scale × numerator / denominator. */
  readonly numerator: number
  readonly denominator: number
}

/** Evaluates a KPI over merged measures and built-ins; `look` gives a name's number. */
export function evaluate(kpi: Kpi, look: (name: string) => number): Evaluated {
  const numberOf = (term: Term): number => (typeof term === 'number' ? term : look(term))
  let numerator = 1
  let denominator = 1
  for (const factor of kpi.factors) {
    numerator *= numberOf(factor.numerator)
    denominator *= numberOf(factor.denominator)
  }
  const absent = denominator === 0 || (kpi.present !== undefined && !(look(kpi.present) > 0))
  if (absent || !Number.isFinite(numerator) || !Number.isFinite(denominator))
    return { value: null, numerator: 0, denominator: 0 }
  const value = (kpi.scale * numerator) / denominator
  return { value: kpi.atMost === undefined ? value : Math.min(kpi.atMost, value), numerator, denominator }
}

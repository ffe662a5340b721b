import type { Condition } from '../../../schemas/alerts/rule.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { holds, isComparison } from '../judge/judged-window.ts'

/** `> 1.25`, with or without the unit. */
export interface WrittenCondition extends Condition {
  readonly unit: string
}

/** Undefined where it is not a comparison and a number. */
export function conditionOf(text: string): WrittenCondition | undefined {
  const [, op, threshold, unit] =
    /^\s*([<>=!]+)\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(\S*)\s*$/i.exec(text) ?? []
  if (op === undefined || threshold === undefined || !isComparison(op)) return undefined
  return { op, threshold: Number(threshold), unit: unit ?? '' }
}

export function shownCondition({ op, threshold }: Condition): string {
  return `${op} ${threshold}`
}

/** Between which values a KPI lies: shares are 0 to 100, and only temperatures go below 0. */
function rangeOf({ unit }: Kpi): { readonly least: number; readonly most: number } {
  return {
    least: unit === '°C' ? Number.NEGATIVE_INFINITY : 0,
    most: unit === '%' ? 100 : Number.POSITIVE_INFINITY,
  }
}

/** Whether a condition says nothing, because no value of the KPI fulfils it, or because every value does. */
export function idleness(condition: Condition, kpi: Kpi): 'never' | 'always' | null {
  const { least, most } = rangeOf(kpi)
  const values = samples([condition], least, most).map(value => holds(condition, value))
  if (!values.includes(true)) return 'never'
  return values.includes(false) ? null : 'always'
}

/** Whether there is a value of which both hold. */
export function overlap(one: Condition, other: Condition): boolean {
  const values = samples([one, other], Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
  return values.some(value => holds(one, value) && holds(other, value))
}

/** A value out of every stretch that comparisons with the thresholds tell apart, within bounds. */
function samples(conditions: readonly Condition[], least: number, most: number): readonly number[] {
  const points = conditions.map(({ threshold }) => threshold).sort((a, b) => a - b)
  const between = points.slice(1).map((point, i) => (point + (points[i] ?? 0)) / 2)
  const outside = [(points[0] ?? 0) - 1, (points.at(-1) ?? 0) + 1]
  const bounds = [least, most].filter(Number.isFinite)
  return [...points, ...between, ...outside, ...bounds].filter(value => value >= least && value <= most)
}

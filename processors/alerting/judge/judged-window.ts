import { type Comparison, type Condition, comparisons, type Rule } from '../../../schemas/alerts/rule.ts'
import { defaultMinCoverage } from '../../../schemas/kpis/kpi.ts'
import { kpiOf, tellsWhoReports } from '../../../schemas/kpis/kpis.ts'
import type { Status } from '../../../schemas/protocol/stream.ts'

/** What was last said of a KPI in one region and window. Times are epoch ms. */
export interface JudgedWindow {
  readonly start: number
  readonly end: number
  readonly value: number | null
  /** 0..1; null where no asset is expected to report. */
  readonly coverage: number | null
  readonly status: Status
  readonly revision: number
  readonly version: number
}

/**
 * What a window says of a rule. `between`: neither does the condition hold nor the one that clears it. `unsaid`: it has no
 * value or too little coverage, and the rule keeps what was.
 */
export type Statement = 'holds' | 'between' | 'clear' | 'unsaid'

const compare: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
}

export function isComparison(text: string): text is Comparison {
  return (comparisons as readonly string[]).includes(text)
}

export function holds({ op, threshold }: Condition, value: number): boolean {
  return compare[op](value, threshold)
}

export function statementOf(rule: Rule, window: JudgedWindow): Statement {
  const value = saidBy(rule, window)
  if (value === null) {
    if (rule.noData === 'keep') return 'unsaid'
    return rule.noData === 'alert' ? 'holds' : 'clear'
  }
  if (holds(rule.condition, value)) return 'holds'
  return rule.clear === null || holds(rule.clear, value) ? 'clear' : 'between'
}

/** The value, where the window has one and enough of its assets reported for the rule to go by it. */
function saidBy({ minCoverage }: Rule, { value, coverage }: JudgedWindow): number | null {
  return coverage !== null && coverage < minCoverage ? null : value
}

/**
 * How much a window counts. `decides`: it may make the rule fire and end. `hints`: it may make it pending. `nothing`: it is
 * as good as untold. So is a provisional window until it would be taken for the current value, see `currentOf`: a county
 * that has reported half of its assets so far has not lost the other half. And so is, for a rule on who reports or one
 * that takes missing data for a reason, the first window that is told of a region at all: its assets began to report
 * somewhere within it, and nothing fell silent.
 */
export type Weight = 'decides' | 'hints' | 'nothing'

/** @param first whether no earlier window of the region is known */
export function weightOf(rule: Rule, window: JudgedWindow, first: boolean): Weight {
  if (first && isAboutSilence(rule, window)) return 'nothing'
  const { status, coverage } = window
  if (status !== 'provisional') return 'decides'
  const complete = Math.max(rule.minCoverage, kpiOf(rule.kpi)?.minCoverage ?? defaultMinCoverage)
  if (coverage === null || coverage < complete) return 'nothing'
  return rule.on === 'provisional' ? 'decides' : 'hints'
}

function isAboutSilence(rule: Rule, window: JudgedWindow): boolean {
  return tellsWhoReports(rule.kpi) || (rule.noData === 'alert' && saidBy(rule, window) === null)
}

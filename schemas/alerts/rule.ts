import type { KpiId } from '../kpis/kpi.ts'
import type { Level } from '../regions/regions.ts'
import type { Severity } from './severity.ts'

export const comparisons = ['>', '>=', '<', '<=', '==', '!='] as const
export type Comparison = (typeof comparisons)[number]

/** `value <op> threshold`, in the KPI's unit. */
export interface Condition {
  readonly op: Comparison
  readonly threshold: number
}

/** A span of event time: in windows of the KPI's series (`3w`), or in ms (`10m`). */
export type Span = { readonly windows: number } | { readonly ms: number }

/** What a window without a value, or with too little coverage, says: as before, the condition holds, or it does not. */
export const noDataPolicies = ['keep', 'alert', 'ok'] as const
export type NoDataPolicy = (typeof noDataPolicies)[number]

/** A rule, parsed and with every default filled in. The vocabulary is Prometheus's where it has a word. */
export interface Rule {
  /** `alert:` in the file; unique over all files. */
  readonly name: string
  readonly group: string
  readonly kpi: KpiId
  /** Every region of this level, or the regions named. */
  readonly scope: { readonly level: Level } | { readonly regions: readonly string[] }
  readonly condition: Condition
  /** Hysteresis: it is over when this holds; without one, when the condition does not. */
  readonly clear: Condition | null
  /** How long the condition must hold before it fires. */
  readonly for: Span
  /** How long it goes on firing after the condition ceased to hold. */
  readonly keepFiringFor: Span
  /** 0..1; below it the window says nothing: the rule is unknown, not fine. */
  readonly minCoverage: number
  readonly noData: NoDataPolicy
  /** Whether provisional values may make it fire; they may always make it pending. */
  readonly on: 'final' | 'provisional'
  readonly severity: Severity
  /** Nobody acknowledged it for this long: it is escalated. Null: never. */
  readonly escalateAfterMs: number | null
  /** How long a unit has that it is dispatched to, where the dispatcher does not say. */
  readonly dueMs: number
  /**
   * While it fires in a region, alerts that these matchers describe are muted in that region and below, and listed under
   * it. `feeds: same` limits that to alerts of its own feed.
   */
  readonly inhibits: { readonly feeds: 'same' | 'all'; readonly rules: readonly string[] | 'all' } | null
  readonly labels: Readonly<Record<string, string>>
  /** Templates: `{{ value }}`, `{{ region }}`, `{{ threshold }}`, `{{ unit }}`, `{{ window_end }}`, `{{ labels.x }}`. */
  readonly annotations: Readonly<Record<string, string>>
}

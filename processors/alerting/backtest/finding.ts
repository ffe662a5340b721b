import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { Episode } from '../judge/episode.ts'

/** An alert that would have been. Times are event time, epoch ms. */
export interface Finding {
  readonly alert: string
  readonly severity: string
  readonly kpi: string
  readonly region: string
  readonly active_since: number
  readonly fired_at: number
  /** Null: still on at the end of what was read. */
  readonly resolved_at: number | null
  /** With which it fired. */
  readonly value: number | null
  readonly state: 'firing' | 'unknown' | 'resolved' | 'retracted'
  readonly raised_late: boolean
}

/** Undefined for an episode that has not fired. */
export function findingOf(
  { name, severity, kpi }: Rule,
  region: string,
  { activeSince, firedAt, resolvedAt, firedBy, state }: Episode,
): Finding | undefined {
  if (firedAt === null || state === 'pending') return undefined
  return {
    alert: name,
    severity,
    kpi,
    region,
    active_since: activeSince,
    fired_at: firedAt,
    resolved_at: resolvedAt,
    value: firedBy?.value ?? null,
    state,
    raised_late: false,
  }
}

/** By time, then by name and region. */
export function byTime(one: Finding, other: Finding): number {
  return (
    one.fired_at - other.fired_at ||
    one.alert.localeCompare(other.alert) ||
    one.region.localeCompare(other.region)
  )
}

import type { Kpi } from '../../../schemas/kpis/kpi.ts'

export interface Bar {
  /** Per cent of the bar's length. */
  readonly filled: number
  /** Where the target stands, per cent; null without a target. */
  readonly tick: number | null
  /** Whether the target is met; null without a target, a value or a good direction. */
  readonly met: boolean | null
}

/**
 * A value against its target. Per cents have a whole of 100. Other values with a target have the target at four
 * fifths of the bar, and grow from zero. Null where a bar would mean nothing.
 */
export function barAgainst(kpi: Kpi, value: number | null, target: number | undefined): Bar | null {
  const isShare = kpi.unit === '%'
  if (target === undefined && !isShare) return null
  const whole = isShare ? 100 : (target ?? 0) * 1.25
  const along = (at: number): number => Math.min(100, Math.max(0, (at / whole) * 100))
  return {
    filled: value === null ? 0 : along(value),
    tick: target === undefined ? null : along(target),
    met: metTarget(kpi, value, target),
  }
}

/** Whether a value is on the good side of its target; on it counts. */
export function metTarget(kpi: Kpi, value: number | null, target: number | undefined): boolean | null {
  if (value === null || target === undefined || kpi.good === 'none') return null
  return kpi.good === 'up' ? value >= target : value <= target
}

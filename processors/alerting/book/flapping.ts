import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertBook } from './alert-book.ts'

/** A rule that went on and off so often within so long, in one region, is flapping. */
export interface FlapLimits {
  /** Going on counts as one, going off as another. */
  readonly transitions: number
  readonly withinMs: number
}

/** Whether the series of an alert that is on was too restless by the time it fired. */
export function flaps(alert: Alert, book: AlertBook, { transitions, withinMs }: FlapLimits): boolean {
  const { fired_at: firedAt } = alert
  if (firedAt === null) return false
  const isRecent = (at: number | null) => at !== null && at > firedAt - withinMs && at <= firedAt
  const count = book
    .ofSeries(alert.rule, alert.region)
    .filter(({ state }) => state !== 'retracted')
    .reduce((sum, { fired_at, resolved_at }) => {
      // What never fired neither went on nor off.
      if (fired_at === null) return sum
      return sum + Number(isRecent(fired_at)) + Number(isRecent(resolved_at))
    }, 0)
  return count >= transitions
}

/** The first alert of the restless time that this one belongs to: people heard of that one. Null: it is the first itself. */
export function firstOfFlapping(alert: Alert, book: AlertBook, { withinMs }: FlapLimits): string | null {
  if (!alert.flapping || alert.fired_at === null) return null
  let first = alert
  const earlier = book
    .ofSeries(alert.rule, alert.region)
    .filter(({ flapping, state, fired_at }) => flapping && state !== 'retracted' && (fired_at ?? 0) > 0)
    .filter(({ fired_at }) => (fired_at ?? 0) < (alert.fired_at ?? 0))
    .sort((one, other) => (other.fired_at ?? 0) - (one.fired_at ?? 0))
  for (const other of earlier) {
    if ((first.fired_at ?? 0) - (other.fired_at ?? 0) > withinMs) break
    first = other
  }
  return first === alert ? null : first.alert_id
}

/** When an alert that is on and was flapping counts as steady. */
export function steadyAt({ fired_at }: Alert, { withinMs }: FlapLimits): number {
  return (fired_at ?? 0) + withinMs
}

import type { Alert, AlertDeed } from '../../../schemas/alerts/alert.ts'
import type { AlertBook } from '../book/alert-book.ts'
import { type FlapLimits, firstOfFlapping, flaps } from '../book/flapping.ts'
import { withEntry } from '../book/history.ts'
import { byStrength, inhibitorOf, isOn, type RuleOf } from '../book/inhibition.ts'
import { subtree } from '../book/region-tree.ts'

export interface Mutings {
  readonly changed: readonly Alert[]
  readonly book: AlertBook
  readonly ruleOf: RuleOf
  readonly flapping: FlapLimits
  readonly put: (alert: Alert) => void
  /** Epoch ms. */
  readonly at: number
}

/** What follows from changed alerts for themselves and for those in their regions: who flaps, who is muted by whom. */
export function deriveMutings({ changed, book, ruleOf, flapping, put, at }: Mutings): void {
  for (const alert of changed) {
    const justFired = lastDeed(alert) === 'fired' || lastDeed(alert) === 'raised_late'
    if (isOn(alert) && justFired && flaps(alert, book, flapping))
      put(withEntry({ ...alert, flapping: true }, 'flapping', { at }))
  }
  const regions = new Set(changed.flatMap(({ region }) => subtree(region)))
  const affected = [...regions].flatMap(region => book.openOf(region)).filter(isOn)
  // The weakest first: of two that mute each other, the stronger one finds that the other is muted by it.
  for (const { alert_id } of affected.sort(byStrength).reverse()) {
    const alert = book.get(alert_id)
    if (!alert) continue
    const by = firstOfFlapping(alert, book, flapping) ?? inhibitorOf(alert, book, ruleOf)
    if (by === alert.inhibited_by) continue
    const what = by === null ? 'uninhibited' : 'inhibited'
    put(withEntry({ ...alert, inhibited_by: by }, what, { at, note: by ?? alert.inhibited_by }))
  }
}

function lastDeed({ history }: Alert): AlertDeed | undefined {
  return history.at(-1)?.what
}

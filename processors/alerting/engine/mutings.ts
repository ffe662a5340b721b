import type { Alert, AlertDeed } from '../../../schemas/alerts/alert.ts'
import type { AlertBook } from '../book/alert-book.ts'
import { type FlapLimits, firstOfFlapping, flaps } from '../book/flapping.ts'
import { withEntry } from '../book/history.ts'
import { byStrength, inhibitorOf, isOn, type RuleOf } from '../book/inhibition.ts'
import { subtree } from '../book/region-tree.ts'
import type { SilenceBook } from '../book/silence-book.ts'

export interface Mutings {
  readonly changed: readonly Alert[]
  readonly book: AlertBook
  readonly ruleOf: RuleOf
  readonly flapping: FlapLimits
  readonly silences: SilenceBook
  readonly put: (alert: Alert) => void
  /** When the cause was, epoch ms. */
  readonly at: number
  /** Event time, epoch ms. */
  readonly now: number
}

/** What follows from changed alerts for themselves and for those in their regions: who flaps, who is muted by what. */
export function deriveMutings(mutings: Mutings): void {
  const { changed, book, ruleOf, flapping, put, at } = mutings
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
  for (const { alert_id } of changed) {
    const alert = book.get(alert_id)
    if (alert && isOn(alert)) silence(alert, mutings)
  }
}

/** A line of the history is no list: `alert.silences` says of each when it ended. */
const mostEndedNamed = 5

/** Which silences hold for an alert that is on. */
function silence(alert: Alert, { silences, put, at, now }: Mutings): void {
  const active = silences.activeFor(alert, now)
  const ids = active.map(({ silence_id }) => silence_id)
  const added = active.filter(({ silence_id }) => !alert.silenced_by.includes(silence_id))
  const ended = alert.silenced_by.filter(id => !ids.includes(id))
  if (added.length === 0 && ended.length === 0) return
  let next: Alert = { ...alert, silenced_by: ids }
  for (const { created_by, reason } of added)
    next = withEntry(next, 'silenced', { at: Math.max(at, now), by: created_by, note: reason })
  if (ids.length === 0)
    next = withEntry(next, 'unsilenced', {
      at: Math.max(at, now),
      note: ended.slice(0, mostEndedNamed).join(', '),
    })
  put(next)
}

function lastDeed({ history }: Alert): AlertDeed | undefined {
  return history.at(-1)?.what
}

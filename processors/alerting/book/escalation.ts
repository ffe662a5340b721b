import { type Alert, isDemanding } from '../../../schemas/alerts/alert.ts'
import { lastOf, withEntry } from './history.ts'

/** After so many times nobody is helped by one more. */
const mostEscalations = 3

/** Since when somebody should look at an alert, epoch ms; null where nobody need, or somebody does. */
export function waitingSince(alert: Alert): number | null {
  if (!isDemanding(alert) || alert.acknowledged_at !== null || alert.assigned_to !== null) return null
  return lastOf(alert, ['fired', 'raised_late', 'uninhibited', 'unsilenced'])
}

/** The alert, escalated as often as nobody acknowledged it in time. @param now event time, epoch ms */
export function escalated(alert: Alert, escalateAfterMs: number | null, now: number): Alert {
  const since = waitingSince(alert)
  if (escalateAfterMs === null || since === null) return alert
  const before = escalationsSince(alert, since)
  let next = alert
  for (let n = before + 1; n <= mostEscalations && now >= since + n * escalateAfterMs; n++) {
    const at = since + n * escalateAfterMs
    next = withEntry({ ...next, escalations: next.escalations + 1 }, 'escalated', { at })
  }
  return next
}

function escalationsSince({ history }: Alert, since: number): number {
  return history.filter(({ what, at }) => what === 'escalated' && at > since).length
}

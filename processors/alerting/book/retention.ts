import { type Alert, isOpen } from '../../../schemas/alerts/alert.ts'

const hourMs = 3_600_000
/** Alerts that are over, and silences, stay so long in memory and in their topics; ClickHouse keeps them. */
export const keptMs = 7 * 24 * hourMs
/** Conditions that held for too short a time to fire: nobody was told. */
const neverFiredKeptMs = hourMs

/** Since when it is over, epoch ms; null while it is not. */
export function overSince(alert: Alert): number | null {
  if (isOpen(alert)) return null
  return Math.max(alert.resolved_at ?? 0, alert.retracted_at ?? 0, alert.history.at(-1)?.at ?? 0)
}

/**
 * Alerts to be forgotten: over for too long, or the oldest of those that are over where there are too many.
 * @param now event time, epoch ms
 * @param most so many that are over are kept
 */
export function expired(alerts: Iterable<Alert>, now: number, most: number): readonly string[] {
  const over: { readonly id: string; readonly since: number }[] = []
  const gone: string[] = []
  for (const alert of alerts) {
    const since = overSince(alert)
    if (since === null) continue
    const stays = alert.fired_at === null ? neverFiredKeptMs : keptMs
    if (now - since > stays) gone.push(alert.alert_id)
    else over.push({ id: alert.alert_id, since })
  }
  const surplus = over.sort((one, other) => one.since - other.since).slice(0, Math.max(0, over.length - most))
  return [...gone, ...surplus.map(({ id }) => id)]
}

import { type Alert, type AlertState, cameToNothing, isOpen } from '../../schemas/alerts/alert.ts'
import { type Severity, severities } from '../../schemas/alerts/severity.ts'

/** What is asked for. */
export interface AlertChoice {
  readonly regions: ReadonlySet<string>
  /** Empty for all. */
  readonly states: readonly AlertState[]
  /** Empty for all. */
  readonly severities: readonly Severity[]
  /** Those that are over count only when they changed at or after this, event time, epoch ms. */
  readonly since: number
}

export function isChosen(alert: Alert, choice: AlertChoice): boolean {
  const { regions, states, since } = choice
  return (
    regions.has(alert.region) &&
    (states.length === 0 || states.includes(alert.state)) &&
    (choice.severities.length === 0 || choice.severities.includes(alert.severity)) &&
    !cameToNothing(alert) &&
    (isOpen(alert) || alert.updated_at >= since)
  )
}

/** The newest ones first; of those that began together the worse ones. */
export function newestFirst(left: Alert, right: Alert): number {
  return (
    beganAt(right) - beganAt(left) ||
    severities.indexOf(left.severity) - severities.indexOf(right.severity) ||
    (left.alert_id < right.alert_id ? -1 : 1)
  )
}

/** When it became somebody's business; epoch ms. */
export function beganAt({ fired_at, active_since }: Alert): number {
  return fired_at ?? active_since
}

/** Two lists of alerts as one: of one alert the greater version. */
export function newerOf(lists: readonly (readonly Alert[])[]): readonly Alert[] {
  const byId = new Map<string, Alert>()
  for (const alert of lists.flat()) {
    const held = byId.get(alert.alert_id)
    if (!held || alert.version > held.version) byId.set(alert.alert_id, alert)
  }
  return [...byId.values()]
}

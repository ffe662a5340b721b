import { type AlertLine, isDemanding } from '../../../../schemas/alerts/alert.ts'

/** The critical alerts that demand somebody and that nobody has acknowledged. */
export function unheard(alerts: readonly AlertLine[]): ReadonlySet<string> {
  const heard = ({ severity, acknowledged_at }: AlertLine): boolean =>
    severity !== 'critical' || acknowledged_at !== null
  return new Set(alerts.filter(alert => isDemanding(alert) && !heard(alert)).map(({ alert_id }) => alert_id))
}

/** Whether one came. @param before null where nothing was known: what one finds on coming in is no news */
export function hasNew(before: ReadonlySet<string> | null, now: ReadonlySet<string>): boolean {
  return before !== null && [...now].some(id => !before.has(id))
}

import { type AlertLine, isDemanding } from '../../../../schemas/alerts/alert.ts'
import { type Severity, severities } from '../../../../schemas/alerts/severity.ts'

/** An alert, and those that say less of the same. */
export interface BoardRow {
  readonly alert: AlertLine
  readonly mutes: readonly AlertLine[]
}

export interface AlertBoard {
  /** Firing or not known: those that demand somebody first, then by severity, the newest first. */
  readonly rows: readonly BoardRow[]
  /** Over or retracted a short while ago, the last first. */
  readonly over: readonly AlertLine[]
  /** The condition holds, not for long enough yet. */
  readonly pending: number
  /** Of those that demand somebody. */
  readonly counts: Readonly<Record<Severity, number>>
}

/** What is over stays for so long, what was retracted for longer: somebody may have acted on it. Ms of event time. */
const overForMs = 15 * 60_000
const retractedForMs = 60 * 60_000

/** @param now event time, epoch ms; null while it is not known: then nothing is too old */
export function boardOf(alerts: readonly AlertLine[], now: number | null): AlertBoard {
  const going = alerts.filter(({ state }) => state === 'firing' || state === 'unknown')
  const ids = new Set(going.map(({ alert_id }) => alert_id))
  const isBelow = ({ inhibited_by }: AlertLine): boolean => inhibited_by !== null && ids.has(inhibited_by)
  const muted = Map.groupBy(going.filter(isBelow), ({ inhibited_by }) => inhibited_by)
  const rows = going
    .filter(alert => !isBelow(alert))
    .toSorted(worstFirst)
    .map(alert => ({ alert, mutes: (muted.get(alert.alert_id) ?? []).toSorted(worstFirst) }))
  return {
    rows,
    over: alerts.filter(alert => isLatelyOver(alert, now)).toSorted((a, b) => endedAt(b) - endedAt(a)),
    pending: alerts.filter(({ state }) => state === 'pending').length,
    counts: countBySeverity(rows.map(({ alert }) => alert).filter(isDemanding)),
  }
}

export function countBySeverity(alerts: readonly AlertLine[]): Readonly<Record<Severity, number>> {
  const counts = { critical: 0, major: 0, minor: 0, warning: 0 }
  for (const { severity } of alerts) counts[severity]++
  return counts
}

/** When it became somebody's business, epoch ms. */
export function beganAt({ fired_at, active_since }: AlertLine): number {
  return fired_at ?? active_since
}

/** When it was over, epoch ms. */
export function endedAt({ retracted_at, resolved_at, updated_at }: AlertLine): number {
  return retracted_at ?? resolved_at ?? updated_at
}

export function worstFirst(left: AlertLine, right: AlertLine): number {
  return (
    Number(isDemanding(right)) - Number(isDemanding(left)) ||
    severities.indexOf(left.severity) - severities.indexOf(right.severity) ||
    beganAt(right) - beganAt(left) ||
    (left.alert_id < right.alert_id ? -1 : 1)
  )
}

/** One that never fired was nobody's business, nor is its end; one that was muted or silenced neither. */
function isLatelyOver(alert: AlertLine, now: number | null): boolean {
  const { state, fired_at, inhibited_by, silenced_by } = alert
  if (fired_at === null || inhibited_by !== null || silenced_by.length > 0) return false
  const keptMs = state === 'retracted' ? retractedForMs : state === 'resolved' ? overForMs : 0
  return keptMs > 0 && (now === null || now - endedAt(alert) < keptMs)
}

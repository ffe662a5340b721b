import { type Alert, type AlertEntry, isOpen } from '../../../schemas/alerts/alert.ts'

/**
 * An alert as it stood at a time, by what had been said of it by then: only its last version is stored, but its history
 * tells what was when. Its window, value and texts are not kept: they are those of the last version, see `past-alerts.ts`.
 * Undefined where nothing had been said.
 * @param time epoch ms, of the clock by which windows are judged
 */
export function alertThen(alert: Alert, time: number): Alert | undefined {
  const told = alert.history.filter(({ at }) => at <= time)
  if (told.length === 0) return undefined
  if (told.length === alert.history.length) return alert
  const stood = told.reduce((stands, entry) => after(stands, entry, alert), untold(alert, told))
  return {
    ...firedUnsaid(stood, alert, time),
    updated_at: told.at(-1)?.at ?? alert.updated_at,
    history: told,
  }
}

/** The alert before anything was said of it. @param told what is to be said */
export function untold(alert: Alert, told: readonly AlertEntry[]): Alert {
  const [first] = told
  const began = first?.what === 'pending' ? first.window_start : null
  return {
    ...alert,
    active_since: began ?? Math.min(alert.active_since, first?.at ?? alert.active_since),
    state: 'pending',
    fired_at: null,
    resolved_at: null,
    retracted_at: null,
    raised_late: false,
    inhibited_by: null,
    silenced_by: [],
    flapping: false,
    acknowledged_by: null,
    acknowledged_at: null,
    assigned_to: null,
    due_at: null,
    closed_by: null,
    closed_at: null,
    escalations: 0,
    history: [],
  }
}

/** What one line of the history did. @param last the alert's last version */
function after(alert: Alert, entry: AlertEntry, last: Alert): Alert {
  const { what, at, by, note } = entry
  switch (what) {
    case 'pending':
      return { ...alert, state: 'pending', retracted_at: null }
    case 'fired':
    case 'raised_late':
      return {
        ...alert,
        state: 'firing',
        fired_at: firedAt(entry, last),
        raised_late: alert.raised_late || what === 'raised_late',
        resolved_at: null,
        retracted_at: null,
        closed_by: null,
        closed_at: null,
      }
    case 'unknown':
      return { ...alert, state: 'unknown', resolved_at: null }
    case 'known':
      return { ...alert, state: 'firing', resolved_at: null }
    case 'resolved':
      return { ...alert, state: 'resolved', resolved_at: windowEnd(entry, last) ?? at }
    case 'retracted':
      return { ...alert, state: 'retracted', retracted_at: at, resolved_at: null }
    case 'corrected':
      return goesOnAgain(alert, entry, last) ? { ...alert, state: 'firing', resolved_at: null } : alert
    case 'inhibited':
      return { ...alert, inhibited_by: note }
    case 'uninhibited':
      return { ...alert, inhibited_by: null }
    case 'silenced':
      return { ...alert, silenced_by: silencesOf(entry, last) }
    case 'unsilenced':
      return { ...alert, silenced_by: [] }
    case 'flapping':
      return { ...alert, flapping: true }
    case 'steady':
      return { ...alert, flapping: false }
    case 'acknowledged':
      return alert.acknowledged_at === null ? { ...alert, acknowledged_by: by, acknowledged_at: at } : alert
    case 'assigned':
      return { ...alert, ...assignedBy(entry, last) }
    case 'closed':
      return alert.closed_at === null ? { ...alert, closed_by: by, closed_at: at } : alert
    case 'escalated':
      return { ...alert, escalations: alert.escalations + 1 }
    case 'commented':
      return alert
  }
}

/** The window that made it fire is that of the line; one that was raised late may have fired by a later one. */
function firedAt(entry: AlertEntry, last: Alert): number {
  const end = entry.what === 'fired' ? windowEnd(entry, last) : null
  return end ?? Math.min(last.fired_at ?? entry.at, entry.at)
}

/** End of the window that led to a line of the history, epoch ms; null where none did. */
export function windowEnd({ window_start }: AlertEntry, last: Alert): number | null {
  return window_start === null ? null : window_start + last.window_end - last.window_start
}

/** A correction says not whether an alert that was over is on again: what was said next tells. */
function goesOnAgain({ state }: Alert, entry: AlertEntry, last: Alert): boolean {
  if (state !== 'resolved') return false
  const next = later(entry, last).find(({ what }) => turns.has(what))
  return next ? next.what !== 'corrected' && next.what !== 'retracted' : isOpen(last)
}

const turns: ReadonlySet<string> = new Set(['unknown', 'known', 'resolved', 'corrected', 'retracted'])

/** The line names who silenced it and why: which silences those were stands where the last of them ended. */
function silencesOf(entry: AlertEntry, last: Alert): readonly string[] {
  const ended = later(entry, last).find(({ what }) => what === 'unsilenced')
  return ended?.note?.split(', ') ?? last.silenced_by
}

/** The line has the unit with what was said; until when, only the last version has. */
function assignedBy(entry: AlertEntry, last: Alert): Pick<Alert, 'assigned_to' | 'due_at'> {
  const isLast = !later(entry, last).some(({ what }) => what === 'assigned')
  const { assigned_to, due_at } = last
  return isLast ? { assigned_to, due_at } : { assigned_to: entry.note, due_at: null }
}

/** Of a long history lines are dropped, and that it fired may be among them. */
function firedUnsaid(alert: Alert, last: Alert, time: number): Alert {
  const isSaid = last.history.some(({ what }) => what === 'fired' || what === 'raised_late')
  if (isSaid || last.fired_at === null || last.fired_at > time) return alert
  const state = alert.state === 'pending' ? 'firing' : alert.state
  return { ...alert, state, fired_at: last.fired_at }
}

function later(entry: AlertEntry, { history }: Alert): readonly AlertEntry[] {
  return history.slice(history.indexOf(entry) + 1)
}

import { type Alert, type AlertEntry, isOpen } from '../../../schemas/alerts/alert.ts'
import { alertThen, untold, windowEnd } from './alert-then.ts'

const corrections: ReadonlySet<string> = new Set(['raised_late', 'retracted', 'corrected'])

/**
 * How an alert stood at a time, by what is known of that time now. What nobody corrected since is as it was known then,
 * so that the two truths differ by corrections only. One that was open then and should not have been is given as
 * `retracted`, or as `resolved` where it was over before. Undefined where there is nothing to tell.
 * @param time epoch ms
 */
export function alertNow(alert: Alert, time: number): Alert | undefined {
  const then = alertThen(alert, time)
  const open = then && isOpen(then) ? then : undefined
  const later = alert.history.filter(({ at }) => at > time)
  if (!later.some(({ what }) => corrections.has(what))) return open
  const fired = open && open.fired_at !== null ? open : undefined
  if (alert.state === 'retracted') {
    return fired && { ...fired, state: 'retracted', retracted_at: alert.retracted_at }
  }
  if (fired) return corrected(fired, alert, time)
  const isMoved = then?.state === 'resolved' || later.some(({ what }) => what === 'raised_late')
  return isMoved && wasOn(alert, time) ? raised(then ?? untold(alert, []), alert) : open
}

/** By the windows as they are known now. */
function wasOn({ fired_at, resolved_at }: Alert, time: number): boolean {
  return fired_at !== null && fired_at <= time && (resolved_at === null || resolved_at > time)
}

function raised(then: Alert, { active_since, fired_at, raised_late }: Alert): Alert {
  return {
    ...then,
    active_since,
    fired_at,
    raised_late,
    state: 'firing',
    resolved_at: null,
    retracted_at: null,
  }
}

/** One that was on then, and was corrected since. */
function corrected(open: Alert, alert: Alert, time: number): Alert | undefined {
  const { active_since, fired_at, resolved_at } = alert
  if (resolved_at !== null && resolved_at <= time && !isOnlyTold(alert)) {
    return { ...open, active_since, fired_at, state: 'resolved', resolved_at }
  }
  if (fired_at !== null && fired_at <= time) return { ...open, active_since, fired_at }
  return active_since <= time ? { ...open, active_since, fired_at: null, state: 'pending' } : undefined
}

/** Whether the end is that which was said in the first place: what was said after the time only because that takes a while. */
function isOnlyTold(alert: Alert): boolean {
  const ended = alert.history.findLast(({ what }) => what === 'resolved')
  return ended !== undefined && !isCorrection(ended) && windowEnd(ended, alert) === alert.resolved_at
}

function isCorrection({ revision }: AlertEntry): boolean {
  return revision !== null && revision > 1
}

import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { Transition } from '../judge/transitions.ts'
import { type Cause, notBefore, withEntry } from './history.ts'
import { judgedAs, newAlert, type Place } from './new-alert.ts'

/**
 * The alert after what became of its episode; undefined where there is nothing to say, because it was never told.
 * @param alert as it is known, if it is
 */
export function applyTransition(
  rule: Rule,
  place: Place,
  { turn, episode }: Transition,
  alert: Alert | undefined,
  cause: Cause,
): Alert | undefined {
  const judged = (): Alert => judgedAs(alert ?? newAlert(rule, place, episode), rule, episode)
  switch (turn) {
    case 'pending':
      // What somebody was told and had taken back stays so, until it fires again.
      if (alert?.state === 'retracted') return { ...alert, active_since: episode.activeSince }
      return withEntry({ ...judged(), state: 'pending' }, 'pending', cause)
    case 'ended':
      return alert?.state === 'pending' ? over(alert, cause, 'it never fired') : undefined
    case 'fired':
    case 'raised_late': {
      const { raised_late, ...rest } = judged()
      const late = raised_late || turn === 'raised_late'
      // Whatever somebody thought was done with is on again.
      const again = { state: 'firing', retracted_at: null, closed_by: null, closed_at: null } as const
      return withEntry({ ...rest, ...again, raised_late: late }, turn, cause)
    }
    case 'unknown':
      return withEntry({ ...judged(), state: 'unknown' }, turn, cause)
    case 'known':
      return withEntry({ ...judged(), state: 'firing' }, turn, cause)
    case 'resolved':
      return withEntry({ ...judged(), state: 'resolved' }, turn, cause)
    case 'corrected':
      return withEntry({ ...judged(), state: episode.state, retracted_at: null }, turn, cause)
    case 'retracted':
      return alert
        ? withEntry(
            { ...alert, state: 'retracted', retracted_at: notBefore(alert, cause.at), resolved_at: null },
            turn,
            cause,
          )
        : undefined
  }
}

/** The alert, over for a reason that no window gave. */
export function over(alert: Alert, cause: Cause, note: string): Alert {
  const at = notBefore(alert, cause.at)
  return withEntry({ ...alert, state: 'resolved', resolved_at: at }, 'resolved', { ...cause, at, note })
}

/** The open alert with the newest value; null where the window says nothing new. */
export function refreshed(alert: Alert, rule: Rule, episode: Parameters<typeof judgedAs>[2]): Alert | null {
  const { last } = episode
  if (last.status === 'provisional') return null
  if (last.start === alert.window_start && last.version === alert.cell_version) return null
  return judgedAs(alert, rule, episode)
}

import { type Alert, isDemanding } from '../../../schemas/alerts/alert.ts'
import type { Notice } from './notification.ts'

/** What a receiver was told about an alert, so far. */
export interface ToldSoFar {
  readonly last: Notice | null
  /** How many times it was told that the alert was escalated. */
  readonly escalations: number
}

/**
 * What a receiver is to be told next; null: it knows. Nobody is told of an alert that is muted, but who was told that it
 * is on hears that it is over, and that it should never have been.
 */
export function neededNotice(alert: Alert, { last, escalations }: ToldSoFar): Notice | null {
  const isTold = last === 'fired' || last === 'escalated'
  switch (alert.state) {
    case 'pending':
      return null
    case 'firing':
    case 'unknown':
      if (!isDemanding(alert)) return null
      if (!isTold) return 'fired'
      return alert.escalations > escalations ? 'escalated' : null
    case 'resolved':
      return isTold ? 'resolved' : null
    case 'retracted':
      return last !== null && last !== 'retracted' ? 'retracted' : null
  }
}

import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { ReceiverRequest } from './ask-receiver.ts'
import type { Notification } from './notification.ts'

/** One thing that is told: about an alert as it was then. */
export interface Told {
  readonly notification: Notification
  readonly alert: Alert
}

/** Somebody who is told about alerts. */
export interface Receiver {
  /** Names it in `alert.notifications` and in metrics; the same after a restart, and without secrets. */
  readonly name: string
  /** Things that one request may tell, each about another alert. */
  readonly atOnce: number
  /** Requests that it takes in a minute of wall time; Infinity: as many as there are. */
  readonly perMinute: number
  /** How something is told to it. @param wallNow wall time, epoch ms */
  readonly request: (told: readonly [Told, ...Told[]], wallNow: number) => ReceiverRequest
  /** Why an answer of a good status is a refusal; null where it is none. */
  readonly refusal?: (said: string) => string | null
  /** It forgets what is on unless it is told again: how often, ms of wall time, and how. */
  readonly refresh?: {
    readonly everyMs: number
    readonly request: (alerts: readonly Alert[], wallNow: number) => ReceiverRequest
  }
}

/** For who says in the body whether it took what it was told: the answer's JSON has to have this field with this value. */
export function successOf(field: string, is: string | number | boolean): (said: string) => string | null {
  return said => {
    let answer: unknown
    try {
      answer = JSON.parse(said)
    } catch {
      return `the answer is not JSON, and ${field} should be ${is}`
    }
    const found = typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
    const value: unknown = found.find(([name]) => name === field)?.[1]
    return value === is ? null : `${field} is ${JSON.stringify(value)}, and should be ${JSON.stringify(is)}`
  }
}

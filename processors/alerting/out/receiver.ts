import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { ReceiverRequest } from './ask-receiver.ts'
import type { Notification } from './notification.ts'

/** Somebody who is told about alerts. */
export interface Receiver {
  /** Names it in `alert.notifications` and in metrics; the same after a restart, and without secrets. */
  readonly name: string
  /** How something is told to it. @param wallNow wall time, epoch ms */
  readonly request: (notification: Notification, alert: Alert, wallNow: number) => ReceiverRequest
  /** It forgets what is on unless it is told again: how often, ms of wall time, and how. */
  readonly refresh?: {
    readonly everyMs: number
    readonly request: (alerts: readonly Alert[], wallNow: number) => ReceiverRequest
  }
}

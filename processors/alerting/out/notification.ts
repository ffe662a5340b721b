/** What becomes of an alert that receivers are told. */
export const notices = ['fired', 'escalated', 'resolved', 'retracted'] as const
export type Notice = (typeof notices)[number]

/** Value of `alert.notifications`; times are epoch ms of the event clock. */
export interface Notification {
  readonly receiver: string
  readonly alert_id: string
  /** `<n>:<notice>`: what the receiver is told about this alert, counted from 1. */
  readonly transition: string
  readonly state: 'pending' | 'delivered' | 'failed'
  /** The alert as it was then, as JSON; null once it is settled. */
  readonly alert: string | null
  readonly created_at: number
  readonly settled_at: number | null
  /** Why it was given up. */
  readonly error: string | null
}

/** The same for one thing told once to one receiver, however often it is sent. */
export function notificationKey({
  receiver,
  alert_id,
  transition,
}: Pick<Notification, 'receiver' | 'alert_id' | 'transition'>): string {
  return `${receiver}|${alert_id}|${transition}`
}

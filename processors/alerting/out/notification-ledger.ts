import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { ToldSoFar } from './needed-notice.ts'
import { type Notice, type Notification, notices, notificationKey } from './notification.ts'

/** Receivers are told of something new: the newest lines of the history lead to it. */
const mostToldLines = 50

const nothing: ToldSoFar = { last: null, escalations: 0 }

/** What every receiver was told and is to be told, as `alert.notifications` has it. */
export class NotificationLedger {
  private readonly all = new Map<string, Notification>()
  private readonly open = new Map<string, Notification>()
  /** Transitions by receiver and alert, in order. */
  private readonly perAlert = new Map<string, string[]>()
  /** Keys by alert. */
  private readonly keys = new Map<string, string[]>()

  constructor(known: readonly Notification[]) {
    for (const one of known.toSorted((left, right) => numberOf(left) - numberOf(right))) this.put(one)
  }

  get size(): number {
    return this.all.size
  }

  has(key: string): boolean {
    return this.all.has(key)
  }

  put(notification: Notification): void {
    const key = notificationKey(notification)
    if (!this.all.has(key)) {
      const of = `${notification.receiver}|${notification.alert_id}`
      this.perAlert.set(of, [...(this.perAlert.get(of) ?? []), notification.transition])
      this.keys.set(notification.alert_id, [...(this.keys.get(notification.alert_id) ?? []), key])
    }
    this.all.set(key, notification)
    if (notification.state === 'pending') this.open.set(key, notification)
    else this.open.delete(key)
  }

  toldSoFar(receiver: string, alertId: string): ToldSoFar {
    const told = this.perAlert.get(`${receiver}|${alertId}`)
    if (!told) return nothing
    const kinds = told.map(noticeOf)
    return { last: kinds.at(-1) ?? null, escalations: kinds.filter(kind => kind === 'escalated').length }
  }

  /** One more thing to tell. @param now event time, epoch ms */
  next(receiver: string, alert: Alert, notice: Notice, now: number): Notification {
    const number = (this.perAlert.get(`${receiver}|${alert.alert_id}`)?.length ?? 0) + 1
    return {
      receiver,
      alert_id: alert.alert_id,
      transition: `${number}:${notice}`,
      state: 'pending',
      alert: JSON.stringify({ ...alert, history: alert.history.slice(-mostToldLines) }),
      created_at: now,
      settled_at: null,
      error: null,
    }
  }

  /** To be told, in the order in which it has to be. */
  pending(receiver: string): readonly Notification[] {
    return [...this.open.values()].filter(one => one.receiver === receiver)
  }

  /** Nobody asks about an alert any more: returns the keys of what was told about it. */
  forget(alertId: string): readonly string[] {
    const gone = this.keys.get(alertId) ?? []
    for (const key of gone) {
      const one = this.all.get(key)
      this.all.delete(key)
      this.open.delete(key)
      if (one) this.perAlert.delete(`${one.receiver}|${alertId}`)
    }
    this.keys.delete(alertId)
    return gone
  }
}

export function noticeOf(transition: string): Notice {
  const [, text] = transition.split(':')
  const notice = notices.find(known => known === text)
  if (!notice) throw new Error(`no notice in ${transition}`)
  return notice
}

export function numberOf({ transition }: Pick<Notification, 'transition'>): number {
  return Number(transition.split(':')[0])
}

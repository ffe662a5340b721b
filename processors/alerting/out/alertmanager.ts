import type { Alert } from '../../../schemas/alerts/alert.ts'
import { noticeOf } from './notification-ledger.ts'
import type { Receiver } from './receiver.ts'

const refreshMs = 60_000
/** It takes an alert for over when nothing was heard of it for so long: a restart of ours is shorter. */
const staysMs = 5 * refreshMs

/** `postableAlert` of Alertmanager's v2 API. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
}

/** Prometheus Alertmanager, by its v2 API. @param linkTo an alert on the wall */
/** Alerts of one request. */
const alertsAtOnce = 50

export function alertmanager(url: string, linkTo: (alertId: string) => string): Receiver {
  const post = (alerts: readonly PostableAlert[]) => ({
    url: `${url.replace(/\/$/, '')}/api/v2/alerts`,
    headers: {},
    body: JSON.stringify(alerts),
  })
  return {
    name: 'alertmanager',
    atOnce: alertsAtOnce,
    perMinute: Number.POSITIVE_INFINITY,
    request(told, wallNow) {
      return post(
        told.map(({ notification, alert }) => {
          const notice = noticeOf(notification.transition)
          const isOver = notice === 'resolved' || notice === 'retracted'
          return postable(alert, isOver, wallNow, linkTo)
        }),
      )
    },
    refresh: {
      everyMs: refreshMs,
      request: (alerts, wallNow) => post(alerts.map(alert => postable(alert, false, wallNow, linkTo))),
    },
  }
}

/** Alertmanager lives by wall time, which event time may be ahead of. */
export function postable(
  alert: Alert,
  isOver: boolean,
  wallNow: number,
  linkTo: (alertId: string) => string,
): PostableAlert {
  const firedAt = alert.fired_at ?? alert.active_since
  const endsAt = isOver ? Math.min(alert.resolved_at ?? wallNow, wallNow) : wallNow + staysMs
  const startsAt = Math.min(firedAt, wallNow, endsAt - 1)
  return {
    labels: { ...withoutEmpty(alert.labels), alert_id: alert.alert_id },
    annotations: {
      ...withoutEmpty({
        // What templates of Alertmanager show.
        summary: inBoth(alert.annotations, 'summary'),
        description: inBoth(alert.annotations, 'description'),
        ...alert.annotations,
      }),
      ...(alert.state === 'retracted'
        ? { retracted: 'corrected values say that it should not have fired' }
        : {}),
      ...(alert.escalations > 0 ? { escalations: String(alert.escalations) } : {}),
    },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    generatorURL: linkTo(alert.alert_id),
  }
}

function inBoth(texts: Readonly<Record<string, string>>, name: string): string {
  return [texts[`${name}_zh`], texts[`${name}_en`]].filter(Boolean).join(' / ')
}

function withoutEmpty(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
}

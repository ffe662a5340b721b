import { createHash, createHmac } from 'node:crypto'
import type { WebhookBody } from '../../../schemas/alerts/webhook-body.ts'
import { notificationKey } from './notification.ts'
import { noticeOf, numberOf } from './notification-ledger.ts'
import type { Receiver } from './receiver.ts'

/** `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>", hex>`. */
export const signatureHeader = 'citybrain-signature'
/** The same for everything that is one thing told once. */
export const keyHeader = 'idempotency-key'

export interface WebhookOptions {
  readonly name?: string
  readonly perMinute?: number
  readonly refusal?: Receiver['refusal']
}

/** @param secret empty: not signed @param linkTo an alert on the wall */
export function webhook(
  url: string,
  secret: string,
  linkTo: (alertId: string) => string,
  { name = webhookName(url), perMinute = Number.POSITIVE_INFINITY, refusal }: WebhookOptions = {},
): Receiver {
  return {
    name,
    atOnce: 1,
    perMinute,
    ...(refusal ? { refusal } : {}),
    request([{ notification, alert }], wallNow) {
      const key = notificationKey(notification)
      const told: WebhookBody = {
        version: 1,
        key,
        notice: noticeOf(notification.transition),
        number: numberOf(notification),
        at: notification.created_at,
        url: linkTo(alert.alert_id),
        alert,
      }
      const body = JSON.stringify(told)
      const signed = secret === '' ? {} : { [signatureHeader]: signature(secret, body, wallNow) }
      return { url, headers: { [keyHeader]: key, ...signed }, body }
    },
  }
}

/** An address may hold a secret of its own, so it is not told. */
export function webhookName(url: string): string {
  const digest = createHash('sha256').update(url).digest('hex').slice(0, 8)
  return `webhook:${new URL(url).hostname}:${digest}`
}

export function signature(secret: string, body: string, wallNow: number): string {
  const seconds = Math.floor(wallNow / 1_000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

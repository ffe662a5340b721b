import { alertmanager } from './alertmanager.ts'
import type { Receiver } from './receiver.ts'
import { webhook } from './webhook.ts'

export interface ReceiverSettings {
  readonly alertmanagerUrl: string
  readonly alertWebhooks: readonly string[]
  readonly alertWebhookSecret: string
  readonly wallUrl: string
}

/** Everybody who is told about alerts, as the settings name them. */
export function receivers(settings: ReceiverSettings): readonly Receiver[] {
  const { alertmanagerUrl, alertWebhooks, alertWebhookSecret, wallUrl } = settings
  const linkTo = (alertId: string) => {
    const query = new URLSearchParams({ screen: 'alerts', alert: alertId })
    return `${wallUrl.replace(/\/$/, '')}/?${query}`
  }
  return [
    ...(alertmanagerUrl === '' ? [] : [alertmanager(alertmanagerUrl, linkTo)]),
    ...[...new Set(alertWebhooks)].map(url => webhook(url, alertWebhookSecret, linkTo)),
  ]
}

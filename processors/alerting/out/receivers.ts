import { alertmanager } from './alertmanager.ts'
import { chatRobot } from './chat-robot.ts'
import { type Receiver, successOf } from './receiver.ts'
import { type ReceiverEntry, readReceiverFile } from './receiver-file.ts'
import { webhook } from './webhook.ts'

export interface ReceiverSettings {
  readonly alertmanagerUrl: string
  readonly alertWebhooks: readonly string[]
  readonly alertWebhookSecret: string
  /** A file, see `readReceiverFile`; empty: none. */
  readonly alertReceivers: string
  readonly wallUrl: string
}

/** Everybody who is told about alerts, as the settings name them. @throws CodedError `config_invalid` */
export function receivers(settings: ReceiverSettings): readonly Receiver[] {
  const { alertmanagerUrl, alertWebhooks, alertWebhookSecret, alertReceivers, wallUrl } = settings
  const linkTo = (alertId: string) => {
    const query = new URLSearchParams({ screen: 'alerts', alert: alertId })
    return `${wallUrl.replace(/\/$/, '')}/?${query}`
  }
  return [
    ...(alertmanagerUrl === '' ? [] : [alertmanager(alertmanagerUrl, linkTo)]),
    ...[...new Set(alertWebhooks)].map(url => webhook(url, alertWebhookSecret, linkTo)),
    ...(alertReceivers === '' ? [] : readReceiverFile(alertReceivers)).map(entry =>
      receiverOf(entry, linkTo),
    ),
  ]
}

function receiverOf(entry: ReceiverEntry, linkTo: (alertId: string) => string): Receiver {
  const { format = 'citybrain', name, url, secret = '', success, per_minute } = entry
  if (format !== 'citybrain') return chatRobot({ ...entry, format }, linkTo)
  return webhook(url, secret, linkTo, {
    name,
    ...(per_minute === undefined ? {} : { perMinute: per_minute }),
    ...(success ? { refusal: successOf(success.field, success.is) } : {}),
  })
}

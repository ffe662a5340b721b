import { join } from 'node:path'
import { Type } from 'typebox'
import { setting } from '../../platform/config.ts'

const starterRules = join(import.meta.dirname, 'starter-rules')

const list = (text: string): string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

/** What is known of a rule in a region is one message. */
export const mostKeptWindows = 1_440

export const alertingSettings = {
  alertRules: setting({
    env: 'ALERT_RULES',
    type: Type.Array(Type.String({ minLength: 1 })),
    fallback: [starterRules],
    parse: list,
    describe: 'files of alert rules, and folders of them, comma-separated; read again when they change',
  }),
  alertKeepWindows: setting({
    env: 'ALERT_KEEP_WINDOWS',
    type: Type.Integer({ minimum: 1, maximum: mostKeptWindows }),
    fallback: 120,
    describe: 'corrections of so many windows back change alerts; older ones no longer do',
  }),
  alertStateEveryMs: setting({
    env: 'ALERT_STATE_EVERY_MS',
    type: Type.Integer({ minimum: 100 }),
    fallback: 60_000,
    describe:
      'how often what alerting knows is written and committed, ms of wall time: so much is read again after a crash',
  }),
  alertGroupWaitMs: setting({
    env: 'ALERT_GROUP_WAIT_MS',
    type: Type.Integer({ minimum: 0 }),
    fallback: 3_000,
    describe:
      'an alert is told to receivers when it was on for so long and none that says more came, ms of wall time',
  }),
  alertHorizonMs: setting({
    env: 'ALERT_HORIZON_MS',
    type: Type.Integer({ minimum: 0 }),
    fallback: 3_600_000,
    describe:
      'nobody is told that an alert fired whose newest window ended longer ago, in event time: that is history which is replayed',
  }),
  alertmanagerUrl: setting({
    env: 'ALERTMANAGER_URL',
    type: Type.String({ pattern: '^(https?://.+)?$' }),
    fallback: '',
    describe: 'Prometheus Alertmanager that is told about alerts; empty: none',
  }),
  alertWebhooks: setting({
    env: 'ALERT_WEBHOOKS',
    type: Type.Array(Type.String({ pattern: '^https?://.+$' })),
    fallback: [],
    parse: list,
    describe: 'addresses that alerts are posted to, comma-separated',
    // They may hold tokens.
    secret: true,
  }),
  alertReceivers: setting({
    env: 'ALERT_RECEIVERS',
    type: Type.String(),
    fallback: '',
    describe: 'file of further receivers: webhooks with conditions, robots of chat groups; empty: none',
  }),
  alertWebhookSecret: setting({
    env: 'ALERT_WEBHOOK_SECRET',
    type: Type.String(),
    fallback: '',
    describe: 'key of the HMAC-SHA256 that what is posted to webhooks is signed with; empty: not signed',
    secret: true,
  }),
  wallUrl: setting({
    env: 'WALL_URL',
    type: Type.String({ pattern: '^https?://.+$' }),
    fallback: 'http://127.0.0.1:8080',
    describe: 'address of the wall, for links to alerts',
  }),
}

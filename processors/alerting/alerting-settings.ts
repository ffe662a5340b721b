import { join } from 'node:path'
import { Type } from 'typebox'
import { setting } from '../../platform/config.ts'

const starterRules = join(import.meta.dirname, 'starter-rules')

const list = (text: string): string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

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
    type: Type.Integer({ minimum: 1 }),
    fallback: 120,
    describe: 'corrections of so many windows back change alerts; older ones no longer do',
  }),
  alertStateEveryMs: setting({
    env: 'ALERT_STATE_EVERY_MS',
    type: Type.Integer({ minimum: 100 }),
    fallback: 15_000,
    describe:
      'how often what alerting knows is written and committed, ms of wall time: so much is read again after a crash',
  }),
}

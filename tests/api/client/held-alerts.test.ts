import { expect, test } from 'vitest'
import { HeldAlerts } from '../../../api/client/held-alerts.ts'
import type { Subscription } from '../../../api/client/subscriptions.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertTold, Snapshot } from '../../../schemas/protocol/stream.ts'
import { alert } from '../alerts/alerts.ts'

const one: Subscription = {
  id: 'one',
  wireId: 'one',
  selection: { regions: ['370100'], depth: 'self', kpis: [], alerts: true },
  heldTo: 0,
  answer: 'given',
  isUnsure: false,
}
const snapshot = (alerts_position: number, ...alerts: readonly Alert[]): Snapshot => ({
  type: 'snapshot',
  id: 'one',
  position: 0,
  cells: [],
  alerts,
  alerts_position,
})
const told = (alerts_position: number, line: Alert): AlertTold => ({
  type: 'alert',
  position: 0,
  alerts_position,
  alert: line,
})

test('an alert of a log of which there was no snapshot yet is not mixed with those of another one', () => {
  const held = new HeldAlerts()
  held.takeSnapshot(snapshot(9, alert({ version: 7 })))
  held.ofOtherLog()
  expect(held.takeAlert(told(3, alert({ version: 8 })), [one]).changed).toEqual([])
  const first = alert({ version: 1 })
  expect(held.takeSnapshot(snapshot(2, first)).changed).toEqual([first])
})

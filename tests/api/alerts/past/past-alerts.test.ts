import { expect, test } from 'vitest'
import { pastAlerts, withWindow } from '../../../../api/alerts/past/past-alerts.ts'
import { noon } from '../../cells/windows.ts'
import { alert, entry } from '../alerts.ts'

const minute = 60_000
const fired = entry()

test('what has not changed since is told whole', () => {
  const same = alert({ history: [fired] })
  expect(pastAlerts([same], noon + minute, 'then')).toEqual([{ alert: same, isWhole: true }])
  expect(pastAlerts([same], noon + minute - 1, 'then')).toEqual([])
})

test('what is said of later windows is not told as if it had been so', () => {
  const texts = { summary_en: 'Jinan 99 %', runbook: 'https://example.test/r' }
  const grown = alert({
    value: 99,
    annotations: texts,
    updated_at: noon + 30 * minute,
    window_start: noon + 29 * minute,
    window_end: noon + 30 * minute,
  })
  const [past] = pastAlerts([grown], noon + 5 * minute, 'then')
  expect(past).toMatchObject({
    isWhole: false,
    alert: {
      value: null,
      coverage: null,
      window_start: noon,
      window_end: noon + minute,
      cell_status: 'final',
    },
  })
  expect(past?.alert.annotations).toEqual({ runbook: texts.runbook })
})

test('the texts of one that is over tell what was so when it fired', () => {
  const over = alert({
    state: 'resolved',
    resolved_at: noon + 9 * minute,
    updated_at: noon + 10 * minute,
    history: [fired, entry({ what: 'resolved', at: noon + 10 * minute, window_start: noon + 8 * minute })],
  })
  expect(pastAlerts([over], noon + 5 * minute, 'then')[0]?.alert.annotations).toEqual(over.annotations)
  expect(pastAlerts([over], noon + 10 * minute, 'then')).toEqual([])
})

test('its window is that which was the newest then, if one is known', () => {
  const cell = {
    kpi: 'parking.occupancy_pct',
    region: '370100',
    window_start: noon + 4 * minute,
    window_end: noon + 5 * minute,
    value: 98,
    status: 'corrected',
    revision: 2,
    version: 77,
    coverage: 0.9,
    readings: 1,
    event_time_max: null,
  } as const
  expect(withWindow(alert(), cell)).toMatchObject({
    window_start: cell.window_start,
    value: 98,
    coverage: 0.9,
    cell_status: 'corrected',
    revision: 2,
    cell_version: 77,
  })
  const known = alert()
  expect(withWindow(known, undefined)).toBe(known)
})

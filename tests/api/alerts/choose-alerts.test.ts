import { expect, test } from 'vitest'
import { type AlertChoice, isChosen } from '../../../api/alerts/choose-alerts.ts'
import { alert } from './alerts.ts'

const hour = 3_600_000
const noon = Date.UTC(2026, 5, 1, 12)
const lately: AlertChoice = {
  regions: new Set(['370102']),
  states: [],
  severities: [],
  since: noon - hour,
}
const here = { region: '370102', updated_at: noon }

test.each([
  [
    'what goes on, however old',
    { state: 'firing', fired_at: noon - 9 * hour, updated_at: noon - 9 * hour },
    true,
  ],
  ['what may fire', { state: 'pending', fired_at: null }, true],
  ['what was lately over', { state: 'resolved', fired_at: noon - 2 * hour }, true],
  [
    'nothing that was over before that',
    { state: 'resolved', fired_at: noon - 9 * hour, updated_at: noon - 2 * hour },
    false,
  ],
  ['nothing that never fired and is over', { state: 'resolved', fired_at: null }, false],
  ['what should never have fired', { state: 'retracted', fired_at: noon - 2 * hour }, true],
  ['nothing of another county', { state: 'firing', fired_at: noon, region: '370103' }, false],
] as const)('lists %s', (_, change, listed) => {
  expect(isChosen(alert({ ...here, ...change }), lately)).toBe(listed)
})

import { expect, test } from 'vitest'
import { handOver } from '../../../api/alerts/hand-over.ts'
import { noon } from '../cells/windows.ts'
import { alert, entry } from './alerts.ts'

const hour = 3_600_000
const shift = { since: noon, until: noon + 8 * hour }
const during = noon + hour
const before = noon - hour

const ids = (alerts: readonly { readonly alert_id: string }[]) => alerts.map(one => one.alert_id)

test('what fired, goes on, was retracted or raised late, each from its own time', () => {
  const told = handOver(
    [
      alert({ alert_id: 'fired and over', fired_at: during, state: 'resolved' }),
      alert({ alert_id: 'of the shift before', fired_at: before }),
      alert({ alert_id: 'over before', fired_at: before, state: 'resolved', resolved_at: before + 1 }),
      alert({ alert_id: 'not yet', fired_at: null, state: 'pending' }),
      alert({ alert_id: 'retracted now', fired_at: before, state: 'retracted', retracted_at: during }),
      alert({
        alert_id: 'late',
        fired_at: before,
        state: 'resolved',
        raised_late: true,
        history: [entry({ at: during, what: 'raised_late' })],
      }),
    ],
    shift,
  )
  expect(ids(told.fired).sort()).toEqual(['fired and over', 'late'])
  expect(ids(told.open)).toEqual(['of the shift before'])
  expect(ids(told.retracted)).toEqual(['retracted now'])
  expect(ids(told.raised_late)).toEqual(['late'])
})

test('who did what, the last first; what the rule did itself is not among it', () => {
  const { deeds } = handOver(
    [
      alert({
        history: [
          entry({ at: before, what: 'commented', by: 'zhao' }),
          entry({ at: during, what: 'fired' }),
          entry({ at: during + 1, what: 'acknowledged', by: 'li', note: 'on my way' }),
          entry({ at: during + 2, what: 'assigned', by: 'wang' }),
        ],
      }),
    ],
    shift,
  )
  expect(deeds).toMatchObject([
    { what: 'assigned', by: 'wang' },
    { what: 'acknowledged', by: 'li', note: 'on my way', region: '370100' },
  ])
})

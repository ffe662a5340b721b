import { describe, expect, test } from 'vitest'
import { alertThen } from '../../../../api/alerts/past/alert-then.ts'
import type { AlertEntry } from '../../../../schemas/alerts/alert.ts'
import { noon } from '../../cells/windows.ts'
import { alert, entry } from '../alerts.ts'

const minute = 60_000
const said = (minutes: number, what: AlertEntry['what'], change: Partial<AlertEntry> = {}) =>
  entry({ at: noon + minutes * minute, what, window_start: noon + (minutes - 2) * minute, ...change })

/** Pending at 2, firing at 5, taken care of, not known for a while, over at 30. */
const over = alert({
  state: 'resolved',
  fired_at: noon + 4 * minute,
  resolved_at: noon + 29 * minute,
  acknowledged_by: 'li',
  acknowledged_at: noon + 7 * minute,
  assigned_to: 'unit 8',
  due_at: noon + 90 * minute,
  closed_by: 'wang',
  closed_at: noon + 28 * minute,
  escalations: 1,
  window_start: noon + 28 * minute,
  window_end: noon + 29 * minute,
  updated_at: noon + 30 * minute,
  history: [
    said(2, 'pending'),
    said(5, 'fired'),
    said(6, 'escalated', { window_start: null }),
    said(7, 'acknowledged', { by: 'li' }),
    said(8, 'assigned', { by: 'li', note: 'unit 7: both lifts' }),
    said(10, 'inhibited', { note: 'greater' }),
    said(12, 'uninhibited', { note: 'greater' }),
    said(13, 'silenced', { by: 'wang', note: 'rebuilt' }),
    said(15, 'unsilenced', { note: 's1, s2' }),
    said(16, 'unknown'),
    said(18, 'known'),
    said(20, 'assigned', { by: 'li', note: 'unit 8' }),
    said(28, 'closed', { by: 'wang' }),
    said(30, 'resolved'),
  ],
})
const at = (minutes: number) => alertThen(over, noon + minutes * minute)

describe('an alert as it was known', () => {
  test('is nothing before anybody was told, and itself since it changed last', () => {
    expect(at(1)).toBeUndefined()
    expect(at(30)).toBe(over)
  })

  test('goes through its states when they were said, not when they were so', () => {
    expect(at(2)).toMatchObject({ state: 'pending', active_since: noon, fired_at: null, escalations: 0 })
    expect(at(4)).toMatchObject({ state: 'pending', fired_at: null })
    expect(at(5)).toMatchObject({ state: 'firing', fired_at: noon + 4 * minute, resolved_at: null })
    expect(at(16)).toMatchObject({ state: 'unknown' })
    expect(at(18)).toMatchObject({ state: 'firing' })
    expect(at(29)).toMatchObject({ state: 'firing', resolved_at: null, updated_at: noon + 28 * minute })
  })

  test('has what people had done by then, and what had muted it', () => {
    expect(at(6)).toMatchObject({ acknowledged_by: null, escalations: 1 })
    expect(at(7)).toMatchObject({ acknowledged_by: 'li', acknowledged_at: noon + 7 * minute })
    expect(at(8)).toMatchObject({ assigned_to: 'unit 7: both lifts', due_at: null })
    expect(at(20)).toMatchObject({ assigned_to: 'unit 8', due_at: noon + 90 * minute })
    expect([9, 10, 12].map(minutes => at(minutes)?.inhibited_by)).toEqual([null, 'greater', null])
    expect(at(13)?.silenced_by).toEqual(['s1', 's2'])
    expect(at(15)?.silenced_by).toEqual([])
    expect([27, 28].map(minutes => at(minutes)?.closed_by)).toEqual([null, 'wang'])
  })

  test('is on again where a correction said so, and what had been closed is open', () => {
    const again = alert({
      raised_late: true,
      history: [
        said(3, 'fired'),
        said(4, 'closed', { by: 'li' }),
        said(5, 'retracted', { revision: 2 }),
        said(9, 'raised_late', { revision: 3 }),
      ],
    })
    const states = [3, 4, 5, 9].map(minutes => alertThen(again, noon + minutes * minute))
    expect(states).toMatchObject([
      { state: 'firing', raised_late: false, closed_at: null },
      { state: 'firing', closed_by: 'li' },
      { state: 'retracted', retracted_at: noon + 5 * minute },
      { state: 'firing', raised_late: true },
    ])
  })

  test('goes on where a correction of its end was followed by another end', () => {
    const history = [said(3, 'fired'), said(5, 'resolved'), said(8, 'corrected'), said(12, 'resolved')]
    const state = (minutes: number) =>
      alertThen(alert({ state: 'resolved', history }), noon + minutes * minute)?.state
    expect([5, 7, 8, 11].map(state)).toEqual(['resolved', 'resolved', 'firing', 'firing'])
  })

  test('is known to have fired though its long history has lost that line', () => {
    const lost = alert({ fired_at: noon + minute, history: [said(0, 'pending'), said(90, 'unknown')] })
    expect(alertThen(lost, noon)).toMatchObject({ state: 'pending', fired_at: null })
    expect(alertThen(lost, noon + 2 * minute)).toMatchObject({ state: 'firing', fired_at: noon + minute })
  })
})

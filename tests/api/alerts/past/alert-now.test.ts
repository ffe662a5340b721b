import { describe, expect, test } from 'vitest'
import { alertNow } from '../../../../api/alerts/past/alert-now.ts'
import type { Alert, AlertEntry } from '../../../../schemas/alerts/alert.ts'
import { noon } from '../../cells/windows.ts'
import { alert, entry } from '../alerts.ts'

const minute = 60_000
const said = (minutes: number, what: AlertEntry['what'], revision = 1) =>
  entry({ at: noon + minutes * minute, what, window_start: noon + (minutes - 3) * minute, revision })
const times = (minutes: Partial<Record<'active_since' | 'fired_at' | 'resolved_at', number>>) =>
  Object.fromEntries(Object.entries(minutes).map(([name, at]) => [name, noon + at * minute]))
const state = (known: Alert, minutes: number) => alertNow(known, noon + minutes * minute)?.state

describe('an alert as it is known now', () => {
  test('is as it was known then where nothing was corrected, lateness of the data included', () => {
    const over = alert({
      state: 'resolved',
      ...times({ fired_at: 1, resolved_at: 10 }),
      history: [said(3, 'fired'), said(12, 'resolved')],
    })
    expect([2, 3, 11, 12].map(minutes => state(over, minutes))).toEqual([
      undefined,
      'firing',
      'firing',
      undefined,
    ])
  })

  test('is retracted where it was open and should not have been, and not told of where it was not', () => {
    const retracted = alert({
      state: 'retracted',
      retracted_at: noon + 40 * minute,
      history: [said(3, 'fired'), said(12, 'resolved'), said(40, 'retracted', 2)],
    })
    expect([2, 3, 11, 12, 39].map(minutes => state(retracted, minutes))).toEqual([
      undefined,
      'retracted',
      'retracted',
      undefined,
      undefined,
    ])
    expect(alertNow(retracted, noon + 3 * minute)).toMatchObject({
      retracted_at: noon + 40 * minute,
      acknowledged_by: null,
    })
  })

  test('is on where it was raised late only, as long as its windows say', () => {
    const late = alert({
      state: 'resolved',
      raised_late: true,
      acknowledged_by: 'li',
      acknowledged_at: noon + 60 * minute,
      ...times({ active_since: 0, fired_at: 1, resolved_at: 10 }),
      history: [
        said(50, 'raised_late', 2),
        said(50, 'resolved', 2),
        entry({ at: noon + 60 * minute, what: 'acknowledged', by: 'li' }),
      ],
    })
    expect([0, 1, 9, 10, 49].map(minutes => state(late, minutes))).toEqual([
      undefined,
      'firing',
      'firing',
      undefined,
      undefined,
    ])
    expect(alertNow(late, noon + 5 * minute)).toMatchObject({
      raised_late: true,
      fired_at: noon + minute,
      resolved_at: null,
      acknowledged_by: null,
    })
  })

  test('was over before where a correction said so, and later where another did', () => {
    const history = [said(3, 'fired'), said(30, 'resolved'), said(50, 'corrected', 2)]
    const sooner = alert({ state: 'resolved', ...times({ fired_at: 1, resolved_at: 10 }), history })
    expect([9, 10, 29].map(minutes => state(sooner, minutes))).toEqual(['firing', 'resolved', 'resolved'])
    expect(state(sooner, 30)).toBeUndefined()
    const longer = alert({ state: 'resolved', ...times({ fired_at: 1, resolved_at: 45 }), history })
    expect([29, 30, 44, 45].map(minutes => state(longer, minutes))).toEqual([
      'firing',
      'firing',
      'firing',
      undefined,
    ])
  })

  test('was only pending where a correction lets it fire later', () => {
    const history = [said(3, 'pending'), said(5, 'fired'), said(50, 'corrected', 2)]
    const moved = alert({ ...times({ active_since: 0, fired_at: 20 }), history })
    expect(alertNow(moved, noon + 10 * minute)).toMatchObject({ state: 'pending', fired_at: null })
    expect(alertNow(moved, noon + 20 * minute)).toMatchObject({
      state: 'firing',
      fired_at: noon + 20 * minute,
    })
  })

  test('says nothing of what came to nothing, nor of what nobody had been told of', () => {
    const pending = alert({
      state: 'resolved',
      fired_at: null,
      history: [said(3, 'pending'), said(6, 'resolved')],
    })
    expect([2, 3, 6].map(minutes => state(pending, minutes))).toEqual([undefined, 'pending', undefined])
    expect(alertNow(alert(), noon)).toBeUndefined()
  })
})

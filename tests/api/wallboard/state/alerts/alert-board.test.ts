import { describe, expect, test } from 'vitest'
import { boardOf } from '../../../../../api/wallboard/state/alerts/alert-board.ts'
import { hasNew, unheard } from '../../../../../api/wallboard/state/alerts/new-critical.ts'
import { regionMarks } from '../../../../../api/wallboard/state/alerts/region-marks.ts'
import { alert } from '../../../alerts/alerts.ts'
import { noon } from '../../../cells/windows.ts'

const minute = 60_000
const ids = (rows: readonly { readonly alert: { readonly alert_id: string } }[]) =>
  rows.map(row => row.alert.alert_id)

describe('the board', () => {
  test('has those that demand somebody first, then the worst, then the newest', () => {
    const { rows, counts, pending } = boardOf(
      [
        alert({ alert_id: 'old', fired_at: noon }),
        alert({ alert_id: 'new', fired_at: noon + minute }),
        alert({ alert_id: 'silenced', severity: 'critical', silenced_by: ['s'] }),
        alert({ alert_id: 'worst', severity: 'critical' }),
        alert({ alert_id: 'closed', severity: 'critical', closed_at: noon }),
        alert({ alert_id: 'not yet', state: 'pending', fired_at: null }),
        alert({ alert_id: 'not known', severity: 'minor', state: 'unknown' }),
      ],
      noon,
    )
    expect(ids(rows)).toEqual(['worst', 'new', 'old', 'not known', 'closed', 'silenced'])
    expect(counts).toEqual({ critical: 1, major: 2, minor: 1, warning: 0 })
    expect(pending).toBe(1)
  })

  test('lists an alert under the one that mutes it, and by itself when that is over', () => {
    const county = alert({ alert_id: 'county', region: '370102', inhibited_by: 'city' })
    const { rows } = boardOf([county, alert({ alert_id: 'city' })], noon)
    expect(ids(rows)).toEqual(['city'])
    expect(rows[0]?.mutes).toEqual([county])
    expect(ids(boardOf([county, alert({ alert_id: 'city', state: 'resolved' })], noon).rows)).toEqual([
      'county',
    ])
  })

  test('shows for a while what is over, longer what was retracted, never what was nobody’s business', () => {
    const over = (id: string, change: object) => alert({ alert_id: id, state: 'resolved', ...change })
    const { over: shown } = boardOf(
      [
        over('lately', { resolved_at: noon - minute }),
        over('long ago', { resolved_at: noon - 20 * minute }),
        over('retracted', { state: 'retracted', retracted_at: noon - 20 * minute }),
        over('never fired', { fired_at: null, resolved_at: noon }),
        over('muted', { inhibited_by: 'x', resolved_at: noon }),
      ],
      noon,
    )
    expect(shown.map(({ alert_id }) => alert_id)).toEqual(['lately', 'retracted'])
  })
})

test('the map marks the worst of a region; a city has those of its counties too', () => {
  const marks = regionMarks([
    alert({ region: '370102', severity: 'critical' }),
    alert({ region: '370100', severity: 'minor' }),
    alert({ region: '370200', silenced_by: ['s'] }),
  ])
  expect(marks.get('370100')).toEqual({ severity: 'critical', count: 2 })
  expect(marks.get('370102')).toEqual({ severity: 'critical', count: 1 })
  expect(marks.has('370200')).toBe(false)
  expect(marks.has('370000')).toBe(false)
})

test('it sounds for a critical alert that comes, not for those that one finds, nor for one that somebody has', () => {
  const critical = (id: string, change: object = {}) =>
    alert({ alert_id: id, severity: 'critical', ...change })
  const found = unheard([critical('a'), alert({ alert_id: 'major' })])
  expect([...found]).toEqual(['a'])
  expect(hasNew(null, found)).toBe(false)
  expect(hasNew(found, unheard([critical('a'), critical('b')]))).toBe(true)
  expect(hasNew(found, unheard([critical('a'), critical('b', { acknowledged_at: noon })]))).toBe(false)
  expect(hasNew(found, new Set())).toBe(false)
})

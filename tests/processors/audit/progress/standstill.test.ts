import { expect, it } from 'vitest'
import { standstills } from '../../../../processors/audit/progress/standstill.ts'
import { logAt, window } from './log-at.ts'

const before = {
  closed: window.windowStart - window.sizeMs,
  countedClosed: window.windowStart - window.sizeMs,
}
const notes = (first: Parameters<typeof logAt>[0], now: Parameters<typeof logAt>[0]) =>
  standstills(logAt({ ...before, ...first }), logAt({ ...before, ...now }), [window]).map(({ note }) => note)

it('is not where everything that came was counted and rolled up: the window is open for its lateness', () => {
  expect(notes({}, {})).toEqual([])
})

it('is not where somebody is behind and moves', () => {
  expect(notes({ counted: 40 }, { counted: 41 })).toEqual([])
  expect(notes({ rolledUp: 10 }, { rolledUp: 11 })).toEqual([])
})

it('is where readings are not counted', () => {
  expect(notes({ counted: 40 }, { counted: 40 })).toEqual([
    'aggregate stands still at offset 40 of partition 0, which ends at 100',
  ])
})

it('is where partials are not rolled up', () => {
  expect(notes({ rolledUp: 10 }, { rolledUp: 10 })).toEqual([
    'rollup stands still at offset 10 of partition 0 of kpi.partial, which ends at 20',
  ])
})

it('is where every partition has closed a window that nobody tells', () => {
  const closed = { countedClosed: window.windowStart }
  expect(notes(closed, closed)).toEqual([expect.stringContaining('rollup has not told')])
  expect(notes(closed, { ...closed, closed: window.windowStart })).toEqual([])
})

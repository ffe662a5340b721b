import { describe, expect, test } from 'vitest'
import type { Rule } from '../../../../schemas/alerts/rule.ts'
import { correctionOf, judged, minute, ruleOf, told } from './told.ts'

type Case = readonly [what: string, rule: Partial<Rule>, minutes: string, episodes: string]

const tables: Readonly<Record<string, readonly Case[]>> = {
  'the condition': [
    ['does not hold', {}, '1.2 1.25', ''],
    ['holds: it fires with the end of the window', {}, '1.2 1.3', 'since 1 fired 2 firing'],
    ['ceases: it is over', {}, '1.3 1.3 1.2', 'since 0 fired 1 over 3'],
    ['comes back: another episode', {}, '1.3 1.2 1.4', 'since 0 fired 1 over 2, since 2 fired 3 firing'],
  ],
  'for, in windows': [
    ['is not reached', { for: { windows: 3 } }, '1.3 1.3', 'since 0 pending'],
    ['is reached with the third', { for: { windows: 3 } }, '1.3 1.3 1.3 1.3', 'since 0 fired 3 firing'],
    ['begins anew when the condition ceases', { for: { windows: 2 } }, '1.3 1.2 1.3', 'since 2 pending'],
    [
      'a window never told breaks nothing',
      { for: { windows: 3 } },
      '1.3 ! 1.3 ! 1.3',
      'since 0 fired 5 firing',
    ],
    [
      'a window without data counts for nothing',
      { for: { windows: 2 } },
      '1.3 _ 1.3',
      'since 0 fired 3 firing',
    ],
    ['a window without data does not fire', { for: { windows: 2 } }, '1.3 _', 'since 0 pending'],
  ],
  'for, in time': [
    ['ends with a window', { for: { ms: 2 * minute } }, '1.3 1.3', 'since 0 fired 2 firing'],
    ['lies within a window', { for: { ms: minute + 1 } }, '1.3 1.3', 'since 0 fired 2 firing'],
    ['passes while nothing is told', { for: { ms: 5 * minute } }, '1.3 ! ! ! 1.3', 'since 0 fired 5 firing'],
    [
      'passes while there is no data, but only data fires',
      { for: { ms: 2 * minute } },
      '1.3 _ _',
      'since 0 pending',
    ],
  ],
  'a clear threshold': [
    [
      'keeps it firing in between',
      { clear: { op: '<', threshold: 1.22 } },
      '1.3 1.23',
      'since 0 fired 1 firing',
    ],
    ['ends it', { clear: { op: '<', threshold: 1.22 } }, '1.3 1.23 1.21', 'since 0 fired 1 over 3'],
    [
      'in between it is not pending',
      { clear: { op: '<', threshold: 1.22 }, for: { windows: 2 } },
      '1.3 1.23 1.3',
      'since 2 pending',
    ],
  ],
  keep_firing_for: [
    ['goes on', { keepFiringFor: { windows: 2 } }, '1.3 1.2', 'since 0 fired 1 firing'],
    ['ends', { keepFiringFor: { windows: 2 } }, '1.3 1.2 1.2', 'since 0 fired 1 over 3'],
    ['begins anew', { keepFiringFor: { windows: 2 } }, '1.3 1.2 1.3 1.2', 'since 0 fired 1 firing'],
    ['in time', { keepFiringFor: { ms: 3 * minute } }, '1.3 1.2 ! 1.2', 'since 0 fired 1 over 4'],
    [
      'without data nothing passes',
      { keepFiringFor: { windows: 2 } },
      '1.3 1.2 _ 1.2',
      'since 0 fired 1 over 4',
    ],
    [
      'in between it begins anew',
      { keepFiringFor: { windows: 2 }, clear: { op: '<', threshold: 1.22 } },
      '1.3 1.2 1.23 1.2',
      'since 0 fired 1 firing',
    ],
  ],
  'too little coverage': [
    ['is unknown, not fine', {}, '1.3 1.2@0.5', 'since 0 fired 1 unknown'],
    ['is unknown, not bad either', {}, '1.2 1.3@0.79', ''],
    ['and enough again', {}, '1.3 1.2@0.5 1.3@0.8', 'since 0 fired 1 firing'],
    ['and over in the meantime', {}, '1.3 _ 1.2', 'since 0 fired 1 over 3'],
    ['is enough for another rule', { minCoverage: 0.5 }, '1.3@0.5', 'since 0 fired 1 firing'],
  ],
  no_data: [
    [
      'alert: it counts as holding',
      { noData: 'alert', for: { windows: 2 } },
      '1.2 _ 1.2@0.1',
      'since 1 fired 3 firing',
    ],
    ['ok: it counts as over', { noData: 'ok' }, '1.3 _', 'since 0 fired 1 over 2'],
  ],
  'provisional values': [
    ['make it pending', {}, '1.2 1.3?', 'since 1 pending'],
    ['do not fire', { for: { windows: 1 } }, '1.3? 1.3? 1.3?', 'since 0 pending'],
    ['do not end it', {}, '1.3 1.2?', 'since 0 fired 1 firing'],
    ['end what is pending', { for: { windows: 3 } }, '1.3 1.2?', ''],
    [
      'that newer final ones passed by are as good as untold',
      { for: { windows: 2 } },
      '1.3? 1.3',
      'since 1 pending',
    ],
    ['fire where the rule says so', { on: 'provisional' }, '1.2 1.3?', 'since 1 fired 2 firing'],
    ['end it where the rule says so', { on: 'provisional' }, '1.3? 1.2?', 'since 0 fired 1 over 2'],
    [
      'of a window that is filling say nothing',
      { on: 'provisional' },
      '1.3 1.2@0.5?',
      'since 0 fired 1 firing',
    ],
    [
      'of a county that is only beginning to report are no collapse',
      { kpi: 'radio.coverage_pct', condition: { op: '<', threshold: 50 }, minCoverage: 0, on: 'provisional' },
      '95 20@0.2?',
      '',
    ],
    [
      'and a county that ended silent is one',
      { kpi: 'radio.coverage_pct', condition: { op: '<', threshold: 50 }, minCoverage: 0 },
      '95 20@0.2',
      'since 1 fired 2 firing',
    ],
  ],
}

describe.each(Object.entries(tables))('%s', (_, cases) => {
  test.each(cases)('%s', (_what, rule, minutes, episodes) => {
    expect(judged(ruleOf(rule), told(minutes))).toBe(episodes)
  })
})

describe('who reports', () => {
  const silent = ruleOf({
    kpi: 'datacenter.coverage_pct',
    condition: { op: '<', threshold: 50 },
    minCoverage: 0,
  })

  test('is not judged in the first window of a region: its assets began somewhere within it', () => {
    expect(judged(silent, told('10 100 100'))).toBe('')
    expect(judged(silent, told('10 100 100 100'), 1)).toBe('')
    expect(judged(silent, told('100 10 100'))).toBe('since 1 fired 2 over 3')
  })

  test('is judged from the second on, even of a region that never reported', () => {
    expect(judged(silent, told('0 0 0'))).toBe('since 1 fired 2 firing')
    expect(judged(silent, told('0 0 0'), 1)).toBe('since 1 fired 2 firing')
  })
})

test('missing data is no reason in the first window of a region, a value is', () => {
  const missing = ruleOf({ noData: 'alert' })
  expect(judged(missing, told('_ 1.2 1.2'))).toBe('')
  expect(judged(missing, told('1.2@0.1 1.2 1.2'))).toBe('')
  expect(judged(missing, told('_ _ 1.2'))).toBe('since 1 fired 2 over 3')
  expect(judged(missing, told('1.3 1.2 1.2'))).toBe('since 0 fired 1 over 2')
})

describe('a correction', () => {
  test('takes back what should not have fired', () => {
    expect(judged(ruleOf(), [...told('1.2 1.3 1.2'), correctionOf(1, 1.2)])).toBe('')
  })

  test('fires what should have', () => {
    const rule = ruleOf({ for: { windows: 3 } })
    expect(judged(rule, [...told('1.3 1.2 1.3'), correctionOf(1, 1.4)])).toBe('since 0 fired 3 firing')
  })

  test('of a settled window changes nothing', () => {
    const rule = ruleOf()
    expect(judged(rule, [...told('1.3 1.3 1.3 1.3'), correctionOf(0, 1.2)], 2)).toBe('since 0 fired 1 firing')
  })

  test('may make one episode of two, and two of one', () => {
    const two = told('1.3 1.2 1.3')
    expect(judged(ruleOf(), [...two, correctionOf(1, 1.3)])).toBe('since 0 fired 1 firing')
    expect(judged(ruleOf(), [...two, correctionOf(1, 1.3), correctionOf(1, 1.1, 3)])).toBe(
      judged(ruleOf(), two),
    )
  })
})

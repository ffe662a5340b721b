import { describe, expect, test } from 'vitest'
import type { JudgedWindow } from '../../../../processors/alerting/judge/judged-window.ts'
import { observe } from '../../../../processors/alerting/judge/series-state.ts'
import { transitionsOf } from '../../../../processors/alerting/judge/transitions.ts'
import type { Rule } from '../../../../schemas/alerts/rule.ts'
import { correctionOf, everything, fold, minute, ruleOf, told } from './told.ts'

/** What the last one of these windows changed, as `turn since`. */
function changed(rule: Rule, windows: readonly JudgedWindow[], keep = everything): string {
  const before = fold(rule, windows.slice(0, -1), keep)
  const after = observe(rule, before, windows.at(-1)!, keep)
  return transitionsOf(rule, before, after)
    .map(({ turn, episode }) => `${turn} ${episode.activeSince / minute}`)
    .join(', ')
}

const twice = ruleOf({ for: { windows: 2 } })

describe('what a window changes', () => {
  test.each([
    ['nothing', ruleOf(), told('1.2 1.2'), ''],
    ['nothing, while it goes on', ruleOf(), told('1.3 1.3'), ''],
    ['it may become pending', twice, told('1.2 1.3'), 'pending 1'],
    ['it may not be pending any more', twice, told('1.3 1.2'), 'ended 0'],
    ['it may fire', twice, told('1.3 1.3'), 'fired 0'],
    ['it may fire at once', ruleOf(), told('1.2 1.3'), 'fired 1'],
    ['it may be over', ruleOf(), told('1.3 1.2'), 'resolved 0'],
    ['it may become unknown', ruleOf(), told('1.3 _'), 'unknown 0'],
    ['and known again', ruleOf(), told('1.3 _ 1.3'), 'known 0'],
    ['and over when it is known again', ruleOf(), told('1.3 _ 1.2'), 'resolved 0'],
    ['an older version changes nothing', ruleOf(), [...told('1.3'), ...told('1.2?')], ''],
  ])('%s', (_, rule, windows, turns) => expect(changed(rule, windows)).toBe(turns))
})

describe('what a correction changes', () => {
  test.each([
    ['it should not have fired', ruleOf(), [...told('1.3'), correctionOf(0, 1.2)], 'retracted 0'],
    ['it should have', ruleOf(), [...told('1.2'), correctionOf(0, 1.3)], 'raised_late 0'],
    [
      'and it was over since',
      ruleOf(),
      [...told('1.2 1.2'), correctionOf(0, 1.3)],
      'raised_late 0, resolved 0',
    ],
    [
      'it should have fired with a window that stands',
      twice,
      [...told('1.2 1.3 1.2'), correctionOf(0, 1.3)],
      'raised_late 0, resolved 0',
    ],
    ['it only holds now', twice, [...told('1.3 1.3'), correctionOf(0, 1.2)], 'retracted 1'],
    [
      'it began earlier, and goes on',
      ruleOf(),
      [...told('1.2 1.3 1.3'), correctionOf(0, 1.3)],
      'corrected 0',
    ],
    ['it fired by another value', ruleOf(), [...told('1.3 1.3'), correctionOf(0, 1.4)], 'corrected 0'],
    ['it was not over', ruleOf(), [...told('1.3 1.2'), correctionOf(1, 1.3)], 'corrected 0'],
    ['nothing that matters', ruleOf(), [...told('1.3 1.3 1.3'), correctionOf(1, 1.4)], ''],
    [
      'a provisional value fired, the final one holds it up',
      ruleOf({ on: 'provisional' }),
      [...told('1.3?'), ...told('1.3')],
      '',
    ],
    [
      'a provisional value fired, the final one does not',
      ruleOf({ on: 'provisional' }),
      [...told('1.3?'), ...told('1.2')],
      'retracted 0',
    ],
    [
      'the provisional value was short of it, the final one fires in time',
      ruleOf({ on: 'provisional' }),
      [...told('1.2?'), ...told('1.3')],
      'fired 0',
    ],
  ])('%s', (_, rule, windows, turns) => expect(changed(rule, windows)).toBe(turns))
})

test('an episode that ended in windows settled since was not retracted', () => {
  expect(changed(ruleOf(), told('1.3 1.2 1.2 1.2'), 2)).toBe('')
})

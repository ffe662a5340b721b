import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Finding } from '../../../../processors/alerting/backtest/finding.ts'
import type { KnownWindow } from '../../../../processors/alerting/backtest/history.ts'
import { judgeKnown } from '../../../../processors/alerting/backtest/judge-known.ts'
import { judgeLast } from '../../../../processors/alerting/backtest/judge-last.ts'
import type { JudgedWindow } from '../../../../processors/alerting/judge/judged-window.ts'
import { correctionOf, minute, ruleOf, told } from '../judge/told.ts'

const rules = [
  ruleOf({ name: 'Twice', for: { windows: 2 }, keepFiringFor: { windows: 2 } }),
  ruleOf({ name: 'Wide', clear: { op: '<', threshold: 1.2 }, noData: 'alert' }),
  ruleOf({ name: 'City', scope: { level: 'city' } }),
]

function shown(findings: readonly Finding[]): readonly string[] {
  return findings
    .map(
      ({ alert, region, fired_at, resolved_at, state, raised_late }) =>
        `${alert} ${region} ${fired_at / minute} to ${resolved_at === null ? 'now' : resolved_at / minute} ${state}${raised_late ? ' late' : ''}`,
    )
    .sort()
}

const chunk = (region: string, windows: readonly JudgedWindow[]) => ({ region, windows })

test('the last revisions are judged region by region, however they are cut', async () => {
  const all = told('1.3 1.3 1.2 1.1 1.1 1.3')
  const cut = [
    chunk('370102', all.slice(0, 2)),
    chunk('370102', all.slice(2)),
    chunk('370100', told('1.3 1.2')),
  ]
  const { findings, windows } = await judgeLast(rules, cut)
  expect(shown(findings)).toEqual([
    'City 370100 1 to 2 resolved',
    'Twice 370102 2 to 4 resolved',
    'Wide 370102 1 to 4 resolved',
    'Wide 370102 6 to now firing',
  ])
  expect(windows).toBe(2 * 6 + 2)
})

test('as it became known, what was retracted and raised late is told too', async () => {
  const revisions = [
    ...told('1.3 1.3 1.3 1.2'),
    correctionOf(0, 1.2),
    correctionOf(1, 1.2),
    correctionOf(3, 1.3),
  ].map((window, at): KnownWindow => ({ region: '370102', window, at }))
  const { findings } = await judgeKnown([rules[0]!], revisions, 10)
  expect(shown(findings)).toEqual(['Twice 370102 3 to now retracted', 'Twice 370102 4 to now firing late'])
})

/** For windows in order with corrections within the kept ones: what live evaluation holds in the end is what was true. */
test('a backtest of the last revisions finds what live evaluation ended with', async () => {
  const keep = 6
  const minutes = fc.array(
    fc.record({
      value: fc.constantFrom(null, 1.1, 1.21, 1.3),
      correction: fc.option(fc.record({ back: fc.nat(keep - 1), value: fc.constantFrom(1.1, 1.21, 1.3) })),
    }),
    { minLength: 1, maxLength: 60 },
  )
  await fc.assert(
    fc.asyncProperty(minutes, async said => {
      const log: JudgedWindow[] = []
      const last = new Map<number, JudgedWindow>()
      said.forEach(({ value, correction }, i) => {
        const first = told(
          Array(i)
            .fill('!')
            .concat(value === null ? '_' : String(value))
            .join(' '),
        )
        const corrected =
          correction && i >= correction.back
            ? [correctionOf(i - correction.back, correction.value, i + 2)]
            : []
        for (const window of [...first, ...corrected]) {
          log.push(window)
          last.set(window.start, window)
        }
      })
      const live = await judgeKnown(
        rules,
        log.map((window, at) => ({ region: '370102', window, at })),
        keep,
      )
      const inOrder = [...last.values()].sort((one, other) => one.start - other.start)
      const truth = await judgeLast(rules, [chunk('370102', inOrder)])
      const held = live.findings.filter(({ state }) => state !== 'retracted')
      const times = (findings: readonly Finding[]) =>
        findings
          .map(({ alert, active_since, fired_at, resolved_at, state }) =>
            [alert, active_since, fired_at, resolved_at, state].join(' '),
          )
          .sort()
      expect(times(held)).toEqual(times(truth.findings))
    }),
  )
})

import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../platform/command-options.ts'
import { backtestText } from '../../../processors/alerting/backtest/backtest-report.ts'
import { rulesOptions } from '../../../processors/alerting/command/rules-options.ts'
import { textTable } from '../../../processors/alerting/command/text-table.ts'
import { ruleOf } from './judge/told.ts'

describe('npm run rules', () => {
  test('takes files, and for a backtest a range', () => {
    expect(rulesOptions(['check', 'a.yaml', 'b'])).toEqual({
      verb: 'check',
      files: ['a.yaml', 'b'],
      json: false,
    })
    const range = ['--from', '2026-08-01T00:00:00Z', '--to', '2026-08-02T00:00:00Z', '--region', '370100']
    expect(rulesOptions(['backtest', 'a.yaml', ...range, '--as-known', '--json'])).toEqual({
      verb: 'backtest',
      files: ['a.yaml'],
      json: true,
      range: {
        fromMs: Date.UTC(2026, 7, 1),
        toMs: Date.UTC(2026, 7, 2),
        region: '370100',
        asKnown: true,
        portOffset: 0,
      },
    })
  })

  test.each([
    [[]],
    [['tset', 'a.yaml']],
    [['check']],
    [['check', 'a.yaml', '--from', '2026-08-01T00:00:00Z']],
    [['backtest', 'a.yaml']],
    [['backtest', 'a.yaml', '--from', 'yesterday', '--to', '2026-08-02T00:00:00Z']],
    [['backtest', 'a.yaml', '--from', '2026-08-02T00:00:00Z', '--to', '2026-08-02T00:00:00Z']],
    [['check', 'a.yaml', '--verbose']],
  ])('refuses %j', args => expect(() => rulesOptions(args)).toThrow(UsageError))
})

test('a table keeps its columns beside Chinese', () => {
  expect(
    textTable(
      ['name', 'n'],
      [
        ['济南', '1'],
        ['Jinan', '2'],
      ],
    ),
  ).toBe('name   n\n济南   1\nJinan  2')
})

test('a backtest says what fired, when, for how long, and how many of each rule', () => {
  const start = Date.UTC(2026, 7, 1)
  const finding = {
    alert: 'PueHigh',
    severity: 'major',
    kpi: 'datacenter.pue',
    region: '370102',
    active_since: start,
    fired_at: start + 180_000,
    resolved_at: start + 5_400_000,
    value: 1.3,
    state: 'resolved',
    raised_late: true,
  } as const
  const still = { ...finding, resolved_at: null, state: 'firing', raised_late: false } as const
  const rules = [ruleOf(), ruleOf({ name: 'Quiet' })]
  expect(backtestText(rules, [finding, still], { windows: 12_345, ms: 1_234 })).toBe(`\
alert    severity  region  name                   fired             lasted    value  state
PueHigh  major     370102  Lixia District, Jinan  2026-08-01 08:03  1h30m     1.300  resolved, raised late
PueHigh  major     370102  Lixia District, Jinan  2026-08-01 08:03  still on  1.300  firing

rule     fired
PueHigh  2
Quiet    0

12,345 windows judged in 1.2 s
`)
})

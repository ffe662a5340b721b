import { describe, expect, test } from 'vitest'
import { differenceOf } from '../../../../processors/alerting/rule-tests/difference.ts'
import { runTest } from '../../../../processors/alerting/rule-tests/run-test.ts'
import { parseTestFile } from '../../../../processors/alerting/rule-tests/test-file.ts'
import { ruleOf } from '../judge/told.ts'

const rules = [
  ruleOf({ for: { windows: 2 }, annotations: { summary_zh: '{{ region }}', summary_en: '{{ value }}' } }),
  ruleOf({ name: 'PueOfJinan', scope: { regions: ['370100'] } }),
]

/** A file with one test, and what comes of it: failures as lines. */
function run(lines: readonly string[]): readonly string[] {
  const text = [
    'rule_files: [rules.yaml]',
    'tests:',
    '  - name: one',
    ...lines.map(line => `    ${line}`),
  ].join('\n')
  const { tests, mistakes } = parseTestFile('a.test.yaml', text)
  if (mistakes.length > 0) return mistakes.map(({ line, column, code }) => `${line}:${column} ${code}`)
  return tests.flatMap(one =>
    runTest(rules, one).failures.flatMap(({ at, what, difference }) => [`${at.line} ${what}`, ...difference]),
  )
}

const series = (values: string, region = '370102') =>
  `series: [{kpi: datacenter.pue, region: ${region}, values: "${values}"}]`

describe('a test', () => {
  test('is met by what its rules do at any time', () => {
    expect(
      run([
        series('1.2 1.3x2 1.2'),
        'expect:',
        '  - {at: 1w, alerts: []}',
        '  - {at: 2w, alerts: [{alert: PueHigh, region: 370102, state: pending}]}',
        '  - {at: 3w, alerts: [{alert: PueHigh, region: 370102, value: 1.3, summary_zh: 济南市历下区, summary_en: "1.300"}]}',
        '  - {at: 200s, alerts: [{alert: PueHigh, region: 370102}]}',
        '  - {at: 4m, alerts: []}',
        'happens: [2w pending PueHigh 370102, 3w fired PueHigh 370102, 4w resolved PueHigh 370102]',
      ]),
    ).toEqual([])
  })

  test('shows what was expected and what came', () => {
    expect(
      run([
        series('1.3x2'),
        'expect:',
        '  - {at: 2w, alerts: [{alert: PueHigh, region: 370102, value: 1.4, summary_en: high}]}',
        'happens: [2w fired PueHigh 370102]',
      ]),
    ).toEqual([
      '6 alerts at 2w',
      '- PueHigh 370102 firing, value 1.4',
      '-     summary_en: high',
      '+ PueHigh 370102 firing, value 1.3',
      '+     summary_en: 1.300',
      '7 what happens',
      '+ 1w pending PueHigh 370102',
      '  2w fired PueHigh 370102',
    ])
  })

  test('fails by an alert that nobody expected', () => {
    expect(run([series('1.3x2'), 'expect: [{at: 2w, alerts: []}]'])).toEqual([
      '5 alerts at 2w',
      '+ PueHigh 370102 firing',
    ])
  })

  test('judges a region by the rules that speak of it', () => {
    expect(run([series('1.3', '370100'), 'happens: [1w fired PueOfJinan 370100]'])).toEqual([])
    expect(run([series('1.3', '370200'), 'happens: []'])).toEqual([])
  })

  test.each([
    ['no expectation', [series('1.3')], ['3:5 missing_key']],
    ['an unknown region', [series('1.3', '370199'), 'happens: []'], ['4:44 unknown_region']],
    ['an unreadable series', [series('high'), 'happens: []'], ['4:60 bad_series']],
    ['an unreadable time', [series('1'), 'expect: [{at: later, alerts: []}]'], ['5:19 bad_span']],
    ['an unknown key', [series('1'), 'happens: []', 'windows: 5m'], ['6:5 unknown_key']],
  ])('has its mistakes found: %s', (_, lines, mistakes) => expect(run(lines)).toEqual(mistakes))
})

test('a difference keeps what both have', () => {
  expect(differenceOf(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe(null)
  expect(differenceOf(['a', 'b', 'd'], ['b', 'c', 'd'])).toEqual(['- a', '  b', '+ c', '  d'])
})

import { describe, expect, test } from 'vitest'
import { checkTogether } from '../../../../processors/alerting/rules/check-together.ts'
import { parseRuleFile } from '../../../../processors/alerting/rules/rule-file.ts'
import { shownMistake } from '../../../../processors/alerting/rules/yaml/mistake.ts'

/** A rule's lines, some of them changed or left out (''), in a file whose first line of the rule is line 4. */
function fileOf(changes: Readonly<Record<string, string>> = {}, more: readonly string[] = []): string {
  const lines: Readonly<Record<string, string>> = {
    alert: 'PueHigh',
    kpi: 'datacenter.pue',
    level: 'county',
    expr: '"> 1.25"',
    severity: 'major',
    annotations:
      '{summary_zh: "{{ region }} PUE {{ value }}", summary_en: "PUE {{ value }} in {{ region }}"}',
    ...changes,
  }
  const rule = Object.entries(lines)
    .filter(([, value]) => value !== '')
    .map(([key, value], i) => `${i === 0 ? '      - ' : '        '}${key}: ${value}`)
  return ['groups:', '  - name: energy', '    rules:', ...rule, ...more].join('\n')
}

function mistakesIn(text: string): readonly string[] {
  const { rules, mistakes } = parseRuleFile('pue.yaml', text)
  return [...mistakes, ...checkTogether(rules)].map(({ line, column, code }) => `${line}:${column} ${code}`)
}

test('a rule has every default filled in', () => {
  const { rules, mistakes } = parseRuleFile('pue.yaml', fileOf())
  expect(mistakes).toEqual([])
  expect(rules.map(({ rule }) => rule)).toEqual([
    {
      name: 'PueHigh',
      group: 'energy',
      kpi: 'datacenter.pue',
      scope: { level: 'county' },
      condition: { op: '>', threshold: 1.25 },
      clear: null,
      for: { windows: 0 },
      keepFiringFor: { windows: 0 },
      minCoverage: 0.8,
      noData: 'keep',
      on: 'final',
      severity: 'major',
      escalateAfterMs: null,
      dueMs: 4 * 3_600_000,
      inhibits: null,
      labels: {},
      annotations: {
        summary_zh: '{{ region }} PUE {{ value }}',
        summary_en: 'PUE {{ value }} in {{ region }}',
      },
    },
  ])
})

test('a rule may say everything', () => {
  const text = fileOf({
    level: '',
    regions: '[370102, "370100", circle-jiaodong]',
    clear: '"<= 1.22"',
    for: '3w',
    keep_firing_for: '1h30m',
    min_coverage: '60%',
    no_data: 'alert',
    on: 'provisional',
    escalate_after: '30m',
    due: '2d',
    inhibits: '{feeds: all, rules: all}',
    labels: '{team: energy}',
  })
  expect(mistakesIn(text)).toEqual([])
  expect(parseRuleFile('pue.yaml', text).rules[0]?.rule).toMatchObject({
    scope: { regions: ['370102', '370100', 'circle-jiaodong'] },
    clear: { op: '<=', threshold: 1.22 },
    for: { windows: 3 },
    keepFiringFor: { ms: 5_400_000 },
    minCoverage: 0.6,
    noData: 'alert',
    on: 'provisional',
    escalateAfterMs: 1_800_000,
    dueMs: 172_800_000,
    inhibits: { feeds: 'all', rules: 'all' },
    labels: { team: 'energy' },
  })
})

test('what says who reports needs no coverage of its own', () => {
  const silent = { kpi: 'radio.coverage_pct', expr: '"< 50 %"' }
  expect(parseRuleFile('pue.yaml', fileOf(silent)).rules[0]?.rule.minCoverage).toBe(0)
  expect(mistakesIn(fileOf({ ...silent, min_coverage: '80%', on: 'provisional' }))).toEqual([
    '10:23 hides_itself',
    '11:13 hides_itself',
  ])
})

describe('a mistake is found where it stands', () => {
  test.each([
    ['an unknown key', fileOf({ exp: '"> 1"' }), ['10:9 unknown_key']],
    ['a key twice', fileOf({}, ['        kpi: datacenter.pue']), ['10:9 yaml']],
    ['a name that is none', fileOf({ alert: 'PUE high' }), ['4:16 bad_name']],
    ['an unknown KPI', fileOf({ kpi: 'datacentre.pue' }), ['5:14 unknown_kpi']],
    ['an unknown level', fileOf({ level: 'town' }), ['6:16 unknown_level']],
    [
      'an unknown region',
      fileOf({ level: '', regions: '[370199, 371200]' }),
      ['9:19 unknown_region', '9:27 unknown_region'],
    ],
    ['neither level nor regions', fileOf({ level: '' }), ['4:9 missing_key']],
    ['level and regions', fileOf({ regions: '[370100]' }), ['10:9 two_scopes']],
    ['an unreadable condition', fileOf({ expr: 'high' }), ['7:15 bad_condition']],
    ['a wrong unit', fileOf({ expr: '"> 90 %"' }), ['7:15 wrong_unit']],
    [
      'a share above 100',
      fileOf({ kpi: 'radio.availability_pct', expr: '"> 100"' }),
      ['7:15 idle_condition'],
    ],
    [
      'a share of any value',
      fileOf({ kpi: 'radio.availability_pct', expr: '">= 0"' }),
      ['7:15 idle_condition'],
    ],
    ['a count below 0', fileOf({ kpi: 'radio.cells_reporting', expr: '"< 0"' }), ['7:15 idle_condition']],
    ['clear on the wrong side', fileOf({ clear: '"< 1.3"' }), ['10:16 clear_overlaps']],
    ['clear in the wrong direction', fileOf({ clear: '"> 1.2"' }), ['10:16 clear_overlaps']],
    [
      'clear that never holds',
      fileOf({ kpi: 'parking.occupancy_pct', expr: '"> 95"', clear: '"< 0"' }),
      ['10:16 idle_condition'],
    ],
    ['minutes as months', fileOf({ for: '10min' }), ['10:14 bad_span']],
    ['80 for 80 %', fileOf({ min_coverage: '80' }), ['10:23 bad_share']],
    ['a severity of other systems', fileOf({ severity: 'page' }), ['8:19 unknown_severity']],
    ['windows where there are none', fileOf({ due: '3w' }), ['10:14 bad_duration']],
    ['a label that every alert has', fileOf({ labels: '{region: x}' }), ['10:18 reserved_label']],
    ['one language only', fileOf({ annotations: '{summary_zh: 高}' }), ['9:22 missing_key']],
    [
      'an unknown variable',
      fileOf({ annotations: '{summary_zh: "{{ vaule }}", summary_en: "{{ labels.team }}"}' }),
      ['9:35 bad_template', '9:62 bad_template'],
    ],
    ['an alert that is nowhere', fileOf({ inhibits: '{rules: [PueHi]}' }), ['10:28 unknown_alert']],
    ['what is no YAML', 'groups: [', ['1:10 yaml']],
    ['nothing', '', ['1:1 empty']],
    ['something else', 'rules: []', ['1:1 unknown_key', '1:1 missing_key']],
  ])('%s', (_, text, mistakes) => expect(mistakesIn(text)).toEqual(mistakes))

  test('all of them at once', () => {
    const text = fileOf({
      kpi: 'nothing',
      level: 'town',
      expr: '1',
      severity: 'bad',
      for: 'long',
      annotations: '{}',
    })
    expect(mistakesIn(text)).toEqual([
      '5:14 unknown_kpi',
      '9:22 missing_key',
      '8:19 unknown_severity',
      '7:15 bad_condition',
      '6:16 unknown_level',
      '10:14 bad_span',
    ])
  })
})

test('a mistake is shown as compilers do', () => {
  const text = fileOf({ kpi: 'datacentre.pue' })
  const [mistake] = parseRuleFile('pue.yaml', text).mistakes
  expect(shownMistake(mistake!, text)).toBe(
    [
      'pue.yaml:5:14: kpi: datacentre.pue is unknown [unknown_kpi]',
      '            kpi: datacentre.pue',
      '                 ^',
      '    did you mean datacenter.pue?',
    ].join('\n'),
  )
})

describe('rules together', () => {
  const together = (...texts: string[]) =>
    checkTogether(texts.flatMap((text, i) => parseRuleFile(`${i}.yaml`, text).rules)).map(
      ({ file, line, code }) => `${file}:${line} ${code}`,
    )

  test('have names of their own', () => {
    expect(together(fileOf(), fileOf({ alert: 'Other' }), fileOf())).toEqual(['2.yaml:4 duplicate_alert'])
  })

  test('may inhibit one another, but not each other', () => {
    const all = '{rules: all}'
    const silent = fileOf({ alert: 'Silent', inhibits: all })
    expect(together(silent, fileOf())).toEqual([])
    expect(together(silent, fileOf({ inhibits: all }))).toEqual(['1.yaml:4 inhibit_each_other'])
    expect(together(silent, fileOf({ inhibits: all, level: 'city' }))).toEqual([])
    expect(
      together(silent, fileOf({ inhibits: '{rules: [Silent]}', level: '', regions: '[370102]' })),
    ).toEqual(['1.yaml:4 inhibit_each_other'])
  })
})

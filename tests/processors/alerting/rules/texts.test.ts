import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holds } from '../../../../processors/alerting/judge/judged-window.ts'
import { idleness, overlap } from '../../../../processors/alerting/rules/conditions.ts'
import { durationMs, shownDuration, shownSpan, spanOf } from '../../../../processors/alerting/rules/spans.ts'
import { renderAnnotations } from '../../../../processors/alerting/rules/template/render-annotations.ts'
import { nearest } from '../../../../processors/alerting/rules/yaml/did-you-mean.ts'
import { comparisons } from '../../../../schemas/alerts/rule.ts'
import { kpiOf } from '../../../../schemas/kpis/kpis.ts'
import { ruleOf } from '../judge/told.ts'

const facts = {
  region: '370103',
  value: 1.3124,
  coverage: 0.994,
  windowStart: Date.UTC(2026, 7, 2, 6, 4),
  windowEnd: Date.UTC(2026, 7, 2, 6, 4, 30),
  activeSince: Date.UTC(2026, 7, 1, 20),
}

describe('annotations', () => {
  const render = (template: string, changes: Partial<typeof facts> | { value: null } = {}, rule = {}) => {
    const both = { summary_zh: template, summary_en: template }
    const rendered = renderAnnotations(ruleOf({ ...rule, annotations: both }), { ...facts, ...changes })
    return [rendered.summary_zh, rendered.summary_en]
  }

  test.each([
    ['{{ value }} / {{ threshold }}', {}, '1.312 / 1.25', '1.312 / 1.25'],
    ['{{ value }}', { kpi: 'radio.retainability_per_h' }, '1.31/h', '1.31/h'],
    ['{{value}}', { kpi: 'radio.availability_pct' }, '1.31 %', '1.31 %'],
    ['{{ coverage }}', {}, '99 %', '99 %'],
    ['{{ region }} {{ region_code }}', {}, '济南市市中区 370103', 'Shizhong District, Jinan 370103'],
    ['{{ level }} {{ severity }} {{ kpi }}', {}, '县区 重要 PUE（期间值）', 'county major PUE (interim)'],
    [
      '{{ window_end }}, {{ active_since }}',
      {},
      '2026-08-02 14:04:30, 2026-08-02 04:00',
      '2026-08-02 14:04:30, 2026-08-02 04:00',
    ],
    [
      '{{ labels.team }} {{ labels.feed }}',
      { labels: { team: 'energy' } },
      'energy datacenter',
      'energy datacenter',
    ],
  ])('%s', (template, rule, zh, en) => expect(render(template, {}, rule)).toEqual([zh, en]))

  test('of a window without a value', () => {
    expect(render('{{ value }}', { value: null })).toEqual(['无数据', 'no data'])
  })
})

describe('spans', () => {
  test.each([
    ['3w', { windows: 3 }],
    ['10m', { ms: 600_000 }],
    ['1h30m', { ms: 5_400_000 }],
    ['250ms', { ms: 250 }],
    ['2d', { ms: 172_800_000 }],
    ['0', { ms: 0 }],
    ['', undefined],
    ['m', undefined],
    ['10', undefined],
    ['10min', undefined],
    ['30m1h', undefined],
  ])('%s', (text, span) => expect(spanOf(text)).toEqual(span))

  test('are read as they are shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), number => {
        expect(durationMs(shownDuration(number))).toBe(number)
        expect(spanOf(shownSpan({ windows: number }))).toEqual({ windows: number })
      }),
    )
  })
})

describe('conditions', () => {
  const condition = fc.record({
    op: fc.constantFrom(...comparisons),
    threshold: fc.integer({ min: -20, max: 220 }).map(halves => halves / 2),
  })
  const values = Array.from({ length: 1_000 }, (_, i) => (i - 200) / 4)

  test('overlap where some value fulfils both', () => {
    fc.assert(
      fc.property(condition, condition, (one, other) => {
        expect(overlap(one, other)).toBe(values.some(value => holds(one, value) && holds(other, value)))
      }),
    )
  })

  test('are idle where no share, or every share fulfils them', () => {
    const kpi = kpiOf('radio.availability_pct')!
    const shares = values.filter(value => value >= 0 && value <= 100)
    fc.assert(
      fc.property(condition, one => {
        const held = shares.filter(value => holds(one, value)).length
        expect(idleness(one, kpi)).toBe(held === 0 ? 'never' : held === shares.length ? 'always' : null)
      }),
    )
  })
})

test.each([
  ['datacentre.pue', 'datacenter.pue'],
  ['serverity', 'severity'],
  ['fro', 'for'],
  ['banana', undefined],
])('%s is meant to be %s', (given, meant) => {
  expect(nearest(given, ['datacenter.pue', 'radio.availability_pct', 'severity', 'for'])).toBe(meant)
})

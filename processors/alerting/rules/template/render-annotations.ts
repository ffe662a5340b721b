import type { Rule } from '../../../../schemas/alerts/rule.ts'
import { feedOf } from '../../../../schemas/kpis/kpi.ts'
import { kpiOf } from '../../../../schemas/kpis/kpis.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'
import { longest } from '../rule-keys.ts'
import {
  type Language,
  levelName,
  numberInWords,
  regionName,
  severityName,
  shareInWords,
  timeInWords,
  unitName,
} from './facts-in-words.ts'
import { parseTemplate, type TemplateVariable } from './parse-template.ts'

/** What an alert's texts speak of. Times are epoch ms. */
export interface AlertFacts {
  readonly region: string
  readonly value: number | null
  readonly coverage: number | null
  readonly windowStart: number
  readonly windowEnd: number
  readonly activeSince: number
}

/** The labels of a rule's alerts in a region: the rule's own, and those that every alert has. */
export function labelsOf(rule: Rule, region: string): Readonly<Record<string, string>> {
  return {
    ...rule.labels,
    alertname: rule.name,
    region,
    level: regionOf(region)?.level ?? '',
    feed: feedOf(rule.kpi),
    kpi: rule.kpi,
    severity: rule.severity,
  }
}

/** The rule's annotations with everything filled in, each in the language that its name ends with. */
export function renderAnnotations(rule: Rule, facts: AlertFacts): Readonly<Record<string, string>> {
  const labels = labelsOf(rule, facts.region)
  return Object.fromEntries(
    Object.entries(rule.annotations).map(([name, template]) => {
      const words = wordsOf(rule, facts, name.endsWith('_zh') ? 'zh' : 'en')
      const { parts } = parseTemplate(template, Object.keys(labels))
      const text = parts.map(part => {
        if ('text' in part) return part.text
        return 'label' in part ? (labels[part.label] ?? '') : words[part.variable]()
      })
      return [name, cut(text.join(''))]
    }),
  )
}

/** A template may name a long label again and again. */
function cut(text: string): string {
  return text.length <= longest.rendered ? text : `${text.slice(0, longest.rendered - 1).toWellFormed()}…`
}

function wordsOf(
  rule: Rule,
  facts: AlertFacts,
  language: Language,
): Readonly<Record<TemplateVariable, () => string>> {
  const kpi = kpiOf(rule.kpi) ?? { unit: '1', decimals: 1, zh: rule.kpi, en: rule.kpi }
  return {
    value: () => numberInWords(facts.value, kpi, language),
    threshold: () => numberInWords(rule.condition.threshold, kpi, language, true),
    unit: () => unitName(kpi.unit),
    coverage: () => shareInWords(facts.coverage, language),
    region: () => regionName(facts.region, language),
    region_code: () => facts.region,
    level: () => levelName(regionOf(facts.region)?.level ?? 'county', language),
    kpi: () => kpi[language],
    rule: () => rule.name,
    severity: () => severityName(rule.severity, language),
    window_start: () => timeInWords(facts.windowStart),
    window_end: () => timeInWords(facts.windowEnd),
    active_since: () => timeInWords(facts.activeSince),
  }
}

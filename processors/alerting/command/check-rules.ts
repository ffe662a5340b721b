import type { Rule } from '../../../schemas/alerts/rule.ts'
import { shownCondition } from '../rules/conditions.ts'
import type { ReadRules } from '../rules/read-rules.ts'
import { shownSpan } from '../rules/spans.ts'
import { type Mistake, shownMistake } from '../rules/yaml/mistake.ts'

const header = ['alert', 'severity', 'kpi', 'where', 'condition', 'clear', 'for', 'coverage', 'inhibits']

/** The rules for people. */
export function rulesTable(
  rules: readonly Rule[],
): readonly [readonly string[], readonly (readonly string[])[]] {
  return [header, rules.map(rowOf)]
}

function rowOf(rule: Rule): readonly string[] {
  const { scope, clear, inhibits } = rule
  return [
    rule.name,
    rule.severity,
    rule.kpi,
    'level' in scope ? scope.level : scope.regions.join(' '),
    shownCondition(rule.condition),
    clear ? shownCondition(clear) : '',
    shownSpan(rule.for),
    `${Math.round(rule.minCoverage * 100)} %`,
    inhibits
      ? `${inhibits.rules === 'all' ? 'all' : inhibits.rules.join(' ')} (feeds: ${inhibits.feeds})`
      : '',
  ]
}

/** Mistakes as compilers print them, each with its line. */
export function mistakesText(mistakes: readonly Mistake[], texts: ReadRules['texts']): string {
  const shown = mistakes.map(mistake => shownMistake(mistake, texts.get(mistake.file)))
  return `${shown.join('\n')}\n${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}\n`
}

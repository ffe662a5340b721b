import type { Node } from 'yaml'
import type { Condition, Rule } from '../../../schemas/alerts/rule.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { conditionOf, idleness, overlap, shownCondition } from './conditions.ts'
import type { RuleKey } from './rule-keys.ts'
import type { Entry, YamlSource } from './yaml/yaml-source.ts'

/** `expr` and `clear`, and whether they make sense for the KPI and together. */
export function parseConditions(
  source: YamlSource,
  entries: ReadonlyMap<RuleKey, Entry>,
  kpi: Kpi | null,
): Pick<Rule, 'condition' | 'clear'> | undefined {
  const [expr, clear] = [entries.get('expr')?.value, entries.get('clear')?.value]
  const condition = expr && parseCondition(source, expr, 'expr', kpi)
  const clears = clear && parseCondition(source, clear, 'clear', kpi)
  if (clear && condition && clears && overlap(condition, clears)) {
    return source.report(
      clear,
      'clear_overlaps',
      `clear ${shownCondition(clears)} and expr ${shownCondition(condition)} can hold at once`,
      'clear must be on the other side of the threshold: expr "> 1.25", clear "< 1.22"',
    )
  }
  return condition && (!clear || clears) ? { condition, clear: clears ?? null } : undefined
}

function parseCondition(
  source: YamlSource,
  node: Node,
  what: string,
  kpi: Kpi | null,
): Condition | undefined {
  const text = source.text(node, what)
  if (text === undefined) return undefined
  const written = conditionOf(text)
  if (!written) {
    return source.report(
      node,
      'bad_condition',
      `${what}: cannot read ${text}`,
      'a comparison and a number, such as "> 1.25"',
    )
  }
  const { op, threshold, unit } = written
  const condition = { op, threshold }
  if (!kpi) return condition
  if (unit !== '' && unit !== kpi.unit) {
    return source.report(node, 'wrong_unit', `${what}: ${kpi.id} is in ${unitOf(kpi)}, not in ${unit}`)
  }
  const idle = idleness(condition, kpi)
  if (idle === null) return condition
  return source.report(
    node,
    'idle_condition',
    `${what}: ${shownCondition(condition)} ${idle} holds for ${kpi.id}, which is in ${unitOf(kpi)}`,
  )
}

function unitOf({ unit }: Kpi): string {
  if (unit === '%') return '% (0 to 100)'
  return unit === '1' ? 'plain numbers (0 and up)' : unit
}

import type { Rule } from '../../../schemas/alerts/rule.ts'
import { feedOf } from '../../../schemas/kpis/kpi.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'
import type { PlacedRule } from './parse-rule.ts'
import { suggestion } from './yaml/did-you-mean.ts'
import type { Mistake } from './yaml/mistake.ts'

/** What is wrong with rules together: names given twice, inhibitions that lead nowhere or in a circle. */
export function checkTogether(placed: readonly PlacedRule[]): readonly Mistake[] {
  const byName = new Map<string, PlacedRule>()
  const mistakes: Mistake[] = []
  for (const one of placed) {
    const { rule, at } = one
    const first = byName.get(rule.name)
    if (!first) byName.set(rule.name, one)
    else {
      const message = `alert ${rule.name} is there already`
      const hint = `${first.at.file}:${first.at.line}; names are unique over all files`
      mistakes.push({ ...at, code: 'duplicate_alert', message, hint })
    }
  }
  const names = [...byName.keys()]
  for (const { rule, inhibitsAt } of placed) {
    const named = rule.inhibits?.rules
    if (!named || named === 'all') continue
    named.forEach((name, i) => {
      const at = inhibitsAt[i]
      if (!at || (byName.has(name) && name !== rule.name)) return
      const itself = name === rule.name
      const message = itself ? `${name} inhibits itself` : `inhibits: there is no alert ${name}`
      mistakes.push({ ...at, code: 'unknown_alert', message, hint: itself ? null : suggestion(name, names) })
    })
  }
  return [...mistakes, ...circles([...byName.values()])]
}

/** Two rules that mute each other in the same region: none of them would ever be heard. */
function circles(placed: readonly PlacedRule[]): readonly Mistake[] {
  return placed.flatMap((one, i) =>
    placed
      .slice(i + 1)
      .filter(
        other =>
          inhibits(one.rule, other.rule) && inhibits(other.rule, one.rule) && meet(one.rule, other.rule),
      )
      .map(other => ({
        ...other.at,
        code: 'inhibit_each_other',
        message: `${one.rule.name} and ${other.rule.name} inhibit each other`,
        hint: 'name the rules that one of them inhibits',
      })),
  )
}

function inhibits({ inhibits, kpi }: Rule, other: Rule): boolean {
  if (!inhibits || (inhibits.feeds === 'same' && feedOf(kpi) !== feedOf(other.kpi))) return false
  return inhibits.rules === 'all' || inhibits.rules.includes(other.name)
}

/** Whether two rules are judged in the same region. */
function meet(one: Rule, other: Rule): boolean {
  if ('level' in one.scope && 'level' in other.scope) return one.scope.level === other.scope.level
  return (
    regionsOrNone(one).some(region => judges(other, region)) ||
    regionsOrNone(other).some(region => judges(one, region))
  )
}

function regionsOrNone({ scope }: Rule): readonly string[] {
  return 'regions' in scope ? scope.regions : []
}

/** Whether a rule is judged in a region. */
export function judges({ scope }: Rule, region: string): boolean {
  return 'regions' in scope ? scope.regions.includes(region) : regionOf(region)?.level === scope.level
}

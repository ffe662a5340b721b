import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import { severities } from '../../../schemas/alerts/severity.ts'
import type { AlertBook } from './alert-book.ts'
import { chainOf, heightOf } from './region-tree.ts'

export type RuleOf = (name: string) => Rule | undefined

/** On, and known to be: what may mute others, and be muted. */
export function isOn({ state }: Alert): boolean {
  return state === 'firing' || state === 'unknown'
}

/** Whether one alert mutes another by its rule: in its region or below, but never itself. */
export function mutes(rule: Rule | undefined, by: Alert, other: Alert): boolean {
  const inhibits = rule?.inhibits
  if (!inhibits || by.alert_id === other.alert_id || !isOn(by)) return false
  if (by.rule === other.rule && by.region === other.region) return false
  if (inhibits.feeds === 'same' && by.feed !== other.feed) return false
  if (inhibits.rules !== 'all' && !inhibits.rules.includes(other.rule)) return false
  return chainOf(other.region).includes(by.region)
}

/**
 * The alert that says more of the same, or null. Two that mute each other: the stronger one stays. Nobody is muted by what
 * it mutes itself, however far around.
 */
export function inhibitorOf(alert: Alert, book: AlertBook, ruleOf: RuleOf): string | null {
  const candidates = chainOf(alert.region)
    .flatMap(region => book.openOf(region))
    .filter(other => mutes(ruleOf(other.rule), other, alert))
    .sort(byStrength)
  return candidates.find(({ alert_id }) => !leadsTo(alert_id, alert.alert_id, book))?.alert_id ?? null
}

/** The strongest first: of the larger region, then the worse, then the older one. */
export function byStrength(one: Alert, other: Alert): number {
  return (
    heightOf(other.region) - heightOf(one.region) ||
    severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
    (one.fired_at ?? 0) - (other.fired_at ?? 0) ||
    (one.alert_id < other.alert_id ? -1 : 1)
  )
}

function leadsTo(from: string, to: string, book: AlertBook): boolean {
  const seen = new Set<string>()
  for (let id: string | null = from; id !== null && !seen.has(id); id = book.get(id)?.inhibited_by ?? null) {
    if (id === to) return true
    seen.add(id)
  }
  return false
}

import type { Node } from 'yaml'
import type { Rule, Span } from '../../../schemas/alerts/rule.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { kpiOf, kpis } from '../../../schemas/kpis/kpis.ts'
import { countyInForce, regionOf, regions } from '../../../schemas/regions/regions.ts'
import { longest, most } from './rule-keys.ts'
import { durationForm, durationMs, spanOf } from './spans.ts'
import { suggestion } from './yaml/did-you-mean.ts'
import type { Place, YamlSource } from './yaml/yaml-source.ts'

export function ruleName(source: YamlSource, node: Node): string | undefined {
  const text = source.shortText(node, 'alert', longest.name)
  if (text === undefined || /^[A-Za-z_]\w*$/.test(text)) return text
  return source.report(node, 'bad_name', `alert: ${text} is no name`, 'letters, digits and _, a letter first')
}

export function kpiNamed(source: YamlSource, node: Node): Kpi | undefined {
  const text = source.text(node, 'kpi')
  if (text === undefined) return undefined
  const ids: readonly string[] = kpis.map(({ id }) => id)
  return kpiOf(text) ?? source.report(node, 'unknown_kpi', `kpi: ${text} is unknown`, suggestion(text, ids))
}

export function regionsOf(source: YamlSource, node: Node): readonly string[] | undefined {
  const items = source.list(node, 'regions')
  if (items?.length === 0) return source.report(node, 'empty', 'regions is empty')
  const codes = items?.flatMap(item => regionAt(source, item) ?? [])
  return codes && [...new Set(codes)]
}

export function regionAt(source: YamlSource, node: Node): string | undefined {
  const text = source.text(node, 'region')
  if (text === undefined || regionOf(text)) return text
  return source.report(node, 'unknown_region', `region ${text} is unknown`, regionHint(text))
}

function regionHint(text: string): string {
  const successor = countyInForce(text)
  if (successor !== undefined) return `retired: it is ${successor} now`
  const named = regions.filter(({ zh, en }) => zh === text || en.toLowerCase() === text.toLowerCase())
  if (named.length > 0) return `write its code: ${named.map(({ code }) => code).join(' or ')}`
  if (!/^\d/.test(text)) return 'a code such as 370102, 370100, circle-jiaodong or 370000'
  return suggestion(
    text,
    regions.map(({ code }) => code).filter(code => code.slice(0, 4) === text.slice(0, 4)),
  )
}

export function spanAt(source: YamlSource, node: Node, what: string): Span | undefined {
  const text = source.text(node, what)
  const hint = `windows such as 3w, or ${durationForm}`
  return text === undefined
    ? undefined
    : (spanOf(text) ?? source.report(node, 'bad_span', `${what}: cannot read ${text}`, hint))
}

export function msOf(source: YamlSource, node: Node, what: string): number | undefined {
  const text = source.text(node, what)
  if (text === undefined) return undefined
  return durationMs(text) ?? source.report(node, 'bad_duration', `${what}: cannot read ${text}`, durationForm)
}

/** A share of 0..1. */
export function coverageOf(source: YamlSource, node: Node): number | undefined {
  const text = source.text(node, 'min_coverage')
  if (text === undefined) return undefined
  const [, digits, percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? []
  const share = Number(digits) / (percent ? 100 : 1)
  if (share <= 1) return share
  return source.report(node, 'bad_share', `min_coverage: ${text} is no share`, 'write 80% or 0.8')
}

/** What a rule inhibits, and where it names others. */
export function inhibitsOf(
  source: YamlSource,
  node: Node,
): { readonly inhibits: NonNullable<Rule['inhibits']>; readonly at: readonly Place[] } | undefined {
  const entries = source.mapping(node, 'inhibits', ['feeds', 'rules'], ['rules'])
  const rules = entries?.get('rules')?.value
  if (!entries || !rules) return undefined
  const feedsAt = entries.get('feeds')?.value
  const feeds = feedsAt ? source.choice(feedsAt, 'feeds', ['same', 'all'], 'unknown_value') : 'same'
  if (!feeds) return undefined
  if (!source.isList(rules) && source.text(rules, 'rules') === 'all')
    return { inhibits: { feeds, rules: 'all' }, at: [] }
  const items = source.list(rules, 'rules (all, or names)')
  if (!items) return undefined
  if (items.length > most.inhibited)
    return source.report(
      rules,
      'too_many',
      `rules names ${items.length}, at most ${most.inhibited}`,
      'write all',
    )
  const names = items.map(item => source.shortText(item, 'rule', longest.name) ?? '')
  return { inhibits: { feeds, rules: names }, at: items.map(item => source.placeOf(item)) }
}

import type { Node } from 'yaml'
import { noDataPolicies, type Rule } from '../../../schemas/alerts/rule.ts'
import { type Severity, severities } from '../../../schemas/alerts/severity.ts'
import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { levels } from '../../../schemas/regions/regions.ts'
import { parseConditions } from './parse-conditions.ts'
import { parseAnnotations, parseLabels } from './parse-texts.ts'
import { coverageOf, inhibitsOf, kpiNamed, msOf, regionsOf, ruleName, spanAt } from './parse-values.ts'
import { foreignKeys, type RuleKey, requiredNames, ruleKeys } from './rule-keys.ts'
import type { Entry, Place, YamlSource } from './yaml/yaml-source.ts'

/** A rule, and where it stands. */
export interface PlacedRule {
  readonly rule: Rule
  readonly at: Place
  /** Where the rules stand that it names in `inhibits`. */
  readonly inhibitsAt: readonly Place[]
}

const names = ruleKeys.map(({ name }) => name)
const hour = 3_600_000
const dueMs: Readonly<Record<Severity, number>> = {
  critical: hour,
  major: 4 * hour,
  minor: 24 * hour,
  warning: 72 * hour,
}

/** Undefined where anything is wrong with it; the source has all of it. */
export function parseRule(source: YamlSource, node: Node, group: string): PlacedRule | undefined {
  const before = source.mistakes.length
  const entries = source.mapping(node, 'the rule', names, requiredNames(ruleKeys), foreignKeys)
  if (!entries) return undefined
  const read = <T>(key: RuleKey, reader: (value: Node) => T | undefined, otherwise: T): T => {
    const entry = entries.get(key)
    return (entry && reader(entry.value)) ?? otherwise
  }
  const name = read('alert', value => ruleName(source, value), '')
  const kpi = read<Kpi | null>('kpi', value => kpiNamed(source, value), null)
  const labels = read('labels', value => parseLabels(source, value), {})
  const annotations = read('annotations', value => parseAnnotations(source, value, Object.keys(labels)), {})
  const severity = read<Severity>(
    'severity',
    value => source.choice(value, 'severity', severities, 'unknown_severity'),
    'warning',
  )
  const on = read<Rule['on']>(
    'on',
    value => source.choice(value, 'on', ['final', 'provisional'], 'unknown_value'),
    'final',
  )
  const inhibits = read<ReturnType<typeof inhibitsOf> | null>(
    'inhibits',
    value => inhibitsOf(source, value),
    null,
  )
  const conditions = parseConditions(source, entries, kpi)
  const common = {
    scope: scopeOf(source, node, entries),
    for: read('for', value => spanAt(source, value, 'for'), { windows: 0 }),
    keepFiringFor: read('keep_firing_for', value => spanAt(source, value, 'keep_firing_for'), { windows: 0 }),
    minCoverage: read('min_coverage', value => coverageOf(source, value), kpi ? defaultCoverage(kpi) : 0),
    noData: read<Rule['noData']>(
      'no_data',
      value => source.choice(value, 'no_data', noDataPolicies, 'unknown_value'),
      'keep',
    ),
    escalateAfterMs: read<number | null>(
      'escalate_after',
      value => msOf(source, value, 'escalate_after'),
      null,
    ),
    dueMs: read('due', value => msOf(source, value, 'due'), dueMs[severity]),
  }
  if (kpi && saysWhoReports(kpi)) checkCoverageRule(source, entries, kpi, common.minCoverage, on)
  if (!kpi || !conditions || !common.scope || source.mistakes.length > before) return undefined
  return {
    rule: {
      name,
      group,
      kpi: kpi.id,
      ...common,
      scope: common.scope,
      ...conditions,
      on,
      severity,
      inhibits: inhibits?.inhibits ?? null,
      labels,
      annotations,
    },
    at: source.placeOf(entries.get('alert')?.value ?? node),
    inhibitsAt: inhibits?.at ?? [],
  }
}

function scopeOf(
  source: YamlSource,
  node: Node,
  entries: ReadonlyMap<RuleKey, Entry>,
): Rule['scope'] | undefined {
  const [level, regions] = [entries.get('level'), entries.get('regions')]
  if (level && regions) {
    return source.report(regions.key, 'two_scopes', 'level and regions are both given', 'keep one of them')
  }
  if (level) {
    const choice = source.choice(level.value, 'level', levels, 'unknown_level')
    return choice && { level: choice }
  }
  if (!regions) return source.report(node, 'missing_key', 'the rule lacks level or regions')
  const codes = regionsOf(source, regions.value)
  return codes && { regions: codes }
}

/** Whether a KPI counts who reports: it must not be taken for unknown because few did. */
function saysWhoReports({ factors }: Kpi): boolean {
  return factors.some(({ numerator }) => numerator === 'assets')
}

function defaultCoverage(kpi: Kpi): number {
  return saysWhoReports(kpi) ? 0 : kpi.minCoverage
}

/** What such a KPI says would be hidden by what hides values of others that are not sure. */
function checkCoverageRule(
  source: YamlSource,
  entries: ReadonlyMap<RuleKey, Entry>,
  { id }: Kpi,
  minCoverage: number,
  on: Rule['on'],
): void {
  const [coverageAt, onAt] = [entries.get('min_coverage')?.value, entries.get('on')?.value]
  if (coverageAt && minCoverage > 0) {
    const message = `${id} is low just when coverage is: the rule would be unknown`
    source.report(coverageAt, 'hides_itself', message, 'leave min_coverage out')
  }
  if (onAt && on === 'provisional') {
    source.report(onAt, 'hides_itself', `${id} of a window that is filling is low by itself`, 'leave on out')
  }
}

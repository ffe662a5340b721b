import type { Rule } from '../../../schemas/alerts/rule.ts'
import { kpiOf } from '../../../schemas/kpis/kpis.ts'
import type { Place } from '../book/new-alert.ts'

/** The rules that are run, by name and by the record whose windows they judge. */
export class RuleSet {
  private readonly byName: ReadonlyMap<string, Rule>
  private readonly byRecord = new Map<string, Rule[]>()

  constructor(rules: readonly Rule[]) {
    this.byName = new Map(rules.map(rule => [rule.name, rule]))
    for (const rule of rules) {
      const record = kpiOf(rule.kpi)?.of
      if (record) this.byRecord.set(record, [...(this.byRecord.get(record) ?? []), rule])
    }
  }

  get(name: string): Rule | undefined {
    return this.byName.get(name)
  }

  /** Rules that judge a record's windows in a region. */
  of(record: string, place: Place): readonly Rule[] {
    return (this.byRecord.get(record) ?? []).filter(rule => isInScope(rule, place))
  }
}

export function isInScope({ scope }: Rule, { region, level }: Place): boolean {
  return 'level' in scope ? scope.level === level : scope.regions.includes(region)
}

/** What of a rule decides whether it fires: another text means that its windows have to be judged anew. */
export function judgedBy(rule: Rule): string {
  const { kpi, condition, clear, keepFiringFor, minCoverage, noData, on } = rule
  return JSON.stringify([kpi, condition, clear, rule.for, keepFiringFor, minCoverage, noData, on])
}

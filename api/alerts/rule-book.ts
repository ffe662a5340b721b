import type { PublishedRule } from '../../schemas/alerts/published-rule.ts'

/** The rules that alerting says it runs. */
export class RuleBook {
  private readonly byName = new Map<string, PublishedRule>()

  put(rule: PublishedRule): void {
    this.byName.set(rule.name, rule)
  }

  forget(name: string): void {
    this.byName.delete(name)
  }

  /** By group and name. */
  all(): readonly PublishedRule[] {
    const key = ({ group, name }: PublishedRule): string => `${group}\n${name}`
    return [...this.byName.values()].toSorted((left, right) => (key(left) < key(right) ? -1 : 1))
  }
}

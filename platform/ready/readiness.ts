import type { Metrics } from '../metrics.ts'

/** Why something that a process needs is not there now, in words, or null. Looks at facts only, and asks nobody. */
export type Check = () => string | null

/** What one process needs for its work, by name: `/readyz`, the metrics and the launcher all say the same. */
export class Readiness {
  private readonly checks = new Map<string, Check>()

  constructor(metrics: Metrics) {
    metrics.gaugeBy('ready', '1 where a condition of readiness holds, else 0', 'condition', () =>
      [...this.checks].map(([name, check]) => [name, check() === null ? 1 : 0]),
    )
  }

  /** @param name of the condition, such as `clickhouse` or `group citybrain-rollup` */
  require(name: string, check: Check): void {
    this.checks.set(name, check)
  }

  /** One line for each condition that does not hold: `clickhouse: no answer for 9 s`. Ready is none. */
  failing(): readonly string[] {
    return [...this.checks].flatMap(([name, check]) => {
      const reason = check()
      return reason === null ? [] : [`${name}: ${reason}`]
    })
  }
}

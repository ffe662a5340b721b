import type { Rule } from '../../../schemas/alerts/rule.ts'
import { InOrder } from '../judge/in-order.ts'
import { judges } from '../rules/check-together.ts'
import { type Finding, findingOf } from './finding.ts'
import type { RegionChunk } from './history.ts'

/** What was found, and how many windows it took: each counts once for every rule that judged it. */
export interface Judgement {
  readonly findings: readonly Finding[]
  readonly windows: number
}

/**
 * Judges the last revisions of one KPI, as they stream by, region after region: nothing is kept of them.
 * @param rules of this KPI
 */
export async function judgeLast(
  rules: readonly Rule[],
  chunks: AsyncIterable<RegionChunk> | Iterable<RegionChunk>,
): Promise<Judgement> {
  const findings: Finding[] = []
  let windows = 0
  let region: string | null = null
  let series: readonly { readonly rule: Rule; readonly inOrder: InOrder }[] = []
  const take = (rule: Rule, episode: ReturnType<InOrder['end']>): void => {
    const finding = episode && region !== null ? findingOf(rule, region, episode) : undefined
    if (finding) findings.push(finding)
  }
  const endRegion = (): void => {
    for (const { rule, inOrder } of series) take(rule, inOrder.end())
  }
  for await (const chunk of chunks) {
    const { region: where } = chunk
    if (where !== region) {
      endRegion()
      region = where
      series = rules.filter(rule => judges(rule, where)).map(rule => ({ rule, inOrder: new InOrder(rule) }))
    }
    for (const { rule, inOrder } of series) {
      for (const window of chunk.windows) {
        const ended = inOrder.judge(window)
        if (ended) take(rule, ended)
      }
      windows += chunk.windows.length
    }
  }
  endRegion()
  return { findings, windows }
}

import type { Rule } from '../../../schemas/alerts/rule.ts'
import { emptySeries, observe, type SeriesState } from '../judge/series-state.ts'
import { type Transition, transitionsOf } from '../judge/transitions.ts'
import { judges } from '../rules/check-together.ts'
import { type Finding, findingOf } from './finding.ts'
import type { KnownWindow } from './history.ts'
import type { Judgement } from './judge-last.ts'

interface Known {
  series: SeriesState
  /** Alerts by the begin of their episode, as it is held now. */
  readonly alerts: Map<number, Finding>
}

/**
 * Judges revisions in the order in which they became known, as the alerting process does, and so finds what was retracted
 * and raised late. @param rules of one KPI @param keep how many windows back corrections are judged again
 */
export async function judgeKnown(
  rules: readonly Rule[],
  revisions: AsyncIterable<KnownWindow> | Iterable<KnownWindow>,
  keep: number,
): Promise<Judgement> {
  const known = new Map<string, Known>()
  const findings: Finding[] = []
  let windows = 0
  for await (const { region, window } of revisions) {
    for (const rule of rules) {
      if (!judges(rule, region)) continue
      windows++
      const key = `${rule.name}|${region}`
      const held = known.get(key) ?? { series: emptySeries(), alerts: new Map<number, Finding>() }
      known.set(key, held)
      const after = observe(rule, held.series, window, keep)
      for (const transition of transitionsOf(rule, held.series, after)) {
        const gone = apply(rule, region, held.alerts, transition)
        if (gone) findings.push(gone)
      }
      held.series = after
    }
  }
  for (const { alerts } of known.values()) findings.push(...alerts.values())
  return { findings, windows }
}

/** The alert that was retracted by it. */
function apply(
  rule: Rule,
  region: string,
  alerts: Map<number, Finding>,
  { turn, episode, was }: Transition,
): Finding | undefined {
  const before = was ? alerts.get(was.activeSince) : undefined
  if (was) alerts.delete(was.activeSince)
  if (turn === 'retracted') return before && { ...before, state: 'retracted' }
  const finding = findingOf(rule, region, episode)
  const late =
    turn === 'raised_late' || before?.raised_late === true || alerts.get(episode.activeSince)?.raised_late
  if (finding) alerts.set(episode.activeSince, { ...finding, raised_late: late === true })
  return undefined
}

import type { Episode } from '../../../../processors/alerting/judge/episode.ts'
import { episodesOf } from '../../../../processors/alerting/judge/episodes-of.ts'
import type { JudgedWindow } from '../../../../processors/alerting/judge/judged-window.ts'
import { emptySeries, observe, type SeriesState } from '../../../../processors/alerting/judge/series-state.ts'
import type { Rule } from '../../../../schemas/alerts/rule.ts'

export const minute = 60_000
export const everything = 10_000

export function ruleOf(changes: Partial<Rule> = {}): Rule {
  return {
    name: 'PueHigh',
    group: 'datacenter',
    kpi: 'datacenter.pue',
    scope: { level: 'county' },
    condition: { op: '>', threshold: 1.25 },
    clear: null,
    for: { windows: 1 },
    keepFiringFor: { windows: 0 },
    minCoverage: 0.8,
    noData: 'keep',
    on: 'final',
    severity: 'major',
    escalateAfterMs: null,
    dueMs: 3_600_000,
    inhibits: null,
    labels: {},
    annotations: {},
    ...changes,
  }
}

/** Minutes as `value`, `value@coverage`, `value?` (provisional), `_` (no value) or `!` (never told). */
export function told(text: string): readonly JudgedWindow[] {
  return text.split(' ').flatMap((word, i) => {
    const [, value = '', coverage, mark] = /^(_|!|[\d.]+)(?:@([\d.]+))?(\?)?$/.exec(word) ?? []
    if (value === '') throw new Error(`cannot read ${word}`)
    if (value === '!') return []
    const provisional = mark === '?'
    return [
      {
        start: i * minute,
        end: (i + 1) * minute,
        value: value === '_' ? null : Number(value),
        coverage: Number(coverage ?? 1),
        status: provisional ? ('provisional' as const) : ('final' as const),
        revision: provisional ? 0 : 1,
        version: provisional ? 1 : 2,
      },
    ]
  })
}

export function correctionOf(minuteOf: number, value: number | null, revision = 2): JudgedWindow {
  return {
    start: minuteOf * minute,
    end: (minuteOf + 1) * minute,
    value,
    coverage: 1,
    status: 'corrected',
    revision,
    version: revision + 1,
  }
}

export function fold(rule: Rule, windows: readonly JudgedWindow[], keep = everything): SeriesState {
  return windows.reduce((series, window) => observe(rule, series, window, keep), emptySeries())
}

/** Episodes as `since [fired] state [resolved]`, in minutes. */
export function shown(episodes: readonly Episode[]): string {
  return episodes
    .map(({ activeSince, firedAt, state, resolvedAt }) =>
      [
        `since ${activeSince / minute}`,
        firedAt === null ? '' : `fired ${firedAt / minute}`,
        state === 'resolved' ? `over ${(resolvedAt ?? 0) / minute}` : state,
      ]
        .filter(Boolean)
        .join(' '),
    )
    .join(', ')
}

export function judged(rule: Rule, windows: readonly JudgedWindow[], keep = everything): string {
  return shown(episodesOf(rule, fold(rule, windows, keep)))
}

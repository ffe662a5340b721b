import type { Rule } from '../../../schemas/alerts/rule.ts'
import { advance, hint } from './advance.ts'
import { type Episode, episodeOf, type OpenEpisode } from './episode.ts'
import { type JudgedWindow, weightOf } from './judged-window.ts'

/** What a rule makes of windows in their order, so far. */
export interface Fold {
  readonly ended: readonly Episode[]
  readonly open: OpenEpisode | null
  /** Provisional windows that no newer final one has passed by: those it has are as good as untold. */
  readonly hints: readonly JudgedWindow[]
}

/** @param first whether no earlier window of the region is known */
export function withWindow(rule: Rule, fold: Fold, window: JudgedWindow, first: boolean): Fold {
  switch (weightOf(rule, window, first)) {
    case 'nothing':
      return fold
    case 'hints':
      return { ...fold, hints: [...fold.hints, window] }
    case 'decides': {
      const { open, ended } = advance(rule, fold.open, window)
      return { ended: ended ? [...fold.ended, ended] : fold.ended, open, hints: [] }
    }
  }
}

/** Without what ended, or was hinted at, in windows that are settled now. */
export function settledThrough(fold: Fold, through: number): Fold {
  return {
    ...fold,
    ended: fold.ended.filter(({ resolvedAt }) => (resolvedAt ?? through) > through),
    hints: fold.hints.filter(({ start }) => start >= through),
  }
}

export function episodesIn(rule: Rule, { ended, open, hints }: Fold): readonly Episode[] {
  const last = hints.reduce((sofar, window) => hint(rule, sofar, window), open)
  return last ? [...ended, episodeOf(last)] : ended
}

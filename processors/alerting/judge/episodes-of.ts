import type { Rule } from '../../../schemas/alerts/rule.ts'
import { advance, hint } from './advance.ts'
import { type Episode, episodeOf } from './episode.ts'
import { type JudgedWindow, weightOf } from './judged-window.ts'
import type { SeriesState } from './series-state.ts'

/**
 * The episodes of the kept windows, the oldest first, and the one that was open when they begin: a function of the newest
 * revision of every window. At most the last one is open. Those that ended in settled windows (`resolvedAt` at or before
 * `base.through`) are no longer among them.
 */
export function episodesOf(rule: Rule, { base, windows }: SeriesState): readonly Episode[] {
  const episodes: Episode[] = []
  let open = base.open
  // Provisional windows that newer final ones have passed by are as good as untold.
  let hints: JudgedWindow[] = []
  for (const window of windows) {
    const weight = weightOf(rule, window, base.through === 0 && window === windows[0])
    if (weight === 'hints') hints.push(window)
    if (weight !== 'decides') continue
    hints = []
    const advanced = advance(rule, open, window)
    open = advanced.open
    if (advanced.ended) episodes.push(advanced.ended)
  }
  for (const window of hints) open = hint(rule, open, window)
  return open ? [...episodes, episodeOf(open)] : episodes
}

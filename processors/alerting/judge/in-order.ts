import type { Rule } from '../../../schemas/alerts/rule.ts'
import { advance } from './advance.ts'
import { type Episode, episodeOf, type OpenEpisode } from './episode.ts'
import { type JudgedWindow, weightOf } from './judged-window.ts'

/**
 * The episodes of windows that come in their order, each in its last revision: what `episodesOf` says of all of them,
 * without keeping any.
 */
export class InOrder {
  private readonly rule: Rule
  private open: OpenEpisode | null = null
  private first = true

  constructor(rule: Rule) {
    this.rule = rule
  }

  /** The episode that this window ended. */
  judge(window: JudgedWindow): Episode | null {
    const weight = weightOf(this.rule, window, this.first)
    this.first = false
    if (weight !== 'decides') return null
    const { open, ended } = advance(this.rule, this.open, window)
    this.open = open
    return ended
  }

  /** The episode that is open after the last window. */
  end(): Episode | null {
    return this.open && episodeOf(this.open)
  }
}

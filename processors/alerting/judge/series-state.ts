import type { Rule } from '../../../schemas/alerts/rule.ts'
import { supersedes } from '../../../schemas/protocol/current-value.ts'
import { advance } from './advance.ts'
import type { OpenEpisode } from './episode.ts'
import { type JudgedWindow, weightOf } from './judged-window.ts'

/** What a rule knows of one region: plain data, kept in `alert.state`. */
export interface SeriesState {
  /** The outcome of all windows that start before `through`, epoch ms: nothing changes it any more. */
  readonly base: { readonly through: number; readonly open: OpenEpisode | null }
  /** The newest revision of every window after that, by start. */
  readonly windows: readonly JudgedWindow[]
}

export function emptySeries(): SeriesState {
  return { base: { through: 0, open: null }, windows: [] }
}

/** Whether a window that starts then is too old to be judged again: `observe` ignores it. */
export function isSettled({ base }: SeriesState, start: number): boolean {
  return start < base.through
}

/**
 * Takes in what was said of a window; the same state where that changes nothing: an older version, or a settled window.
 * The order in which windows and revisions come does not matter as long as they are not settled.
 * @param keep how many windows stay open for corrections; provisional ones wait for their final value, up to twice as many
 */
export function observe(rule: Rule, series: SeriesState, window: JudgedWindow, keep: number): SeriesState {
  if (isSettled(series, window.start)) return series
  const { windows } = series
  let at = windows.length
  while (at > 0 && (windows[at - 1]?.start ?? 0) > window.start) at--
  const held = windows[at - 1]
  const known = held?.start === window.start
  if (known && !supersedes(window, held)) return series
  const next = known ? windows.with(at - 1, window) : windows.toSpliced(at, 0, window)
  return settle(rule, { base: series.base, windows: next }, keep)
}

function settle(rule: Rule, { base, windows }: SeriesState, keep: number): SeriesState {
  let { through, open } = base
  let settled = 0
  for (const window of windows) {
    const left = windows.length - settled
    if (left <= keep || (window.status === 'provisional' && left <= 2 * keep)) break
    if (weightOf(rule, window, through === 0) === 'decides') open = advance(rule, open, window).open
    through = window.end
    settled++
  }
  return settled === 0 ? { base, windows } : { base: { through, open }, windows: windows.slice(settled) }
}

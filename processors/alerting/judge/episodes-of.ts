import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { Episode } from './episode.ts'
import { episodesIn, type Fold, settledThrough, withWindow } from './fold.ts'
import type { SeriesState } from './series-state.ts'

/**
 * The episodes of the kept windows, the oldest first, and the one that was open when they begin: a function of the newest
 * revision of every window. At most the last one is open. Those that ended in settled windows (`resolvedAt` at or before
 * `base.through`) are no longer among them.
 */
export function episodesOf(rule: Rule, series: SeriesState): readonly Episode[] {
  return foldsOf(rule, series).episodes
}

/**
 * Makes `episodesOf(rule, after)` cost one window instead of all that are kept, where `after` is `before` with another
 * newest window, or with its newest one told anew: which is nearly always so.
 */
export function foldOn(rule: Rule, before: SeriesState, after: SeriesState): void {
  const window = after.windows.at(-1)
  const newest = before.windows.at(-1)
  if (!window || !newest || before === after || known.get(after)?.rule === rule) return
  const isNew = window.start > newest.start
  // One window at most is another than before; where it is not the newest, all are judged again.
  if (window === newest || (isNew && after.windows.length > 1 && after.windows.at(-2) !== newest)) return
  const { beforeNewest, all } = foldsOf(rule, before)
  const { through } = after.base
  const until = isNew ? all : beforeNewest
  remember(rule, after, through === before.base.through ? until : settledThrough(until, through))
}

/** What was made of a series, as long as it is held: a series never changes. */
interface Folds {
  readonly rule: Rule
  readonly beforeNewest: Fold
  readonly all: Fold
  readonly episodes: readonly Episode[]
}
const known = new WeakMap<SeriesState, Folds>()

function foldsOf(rule: Rule, series: SeriesState): Folds {
  const folds = known.get(series)
  if (folds?.rule === rule) return folds
  const { base, windows } = series
  const begin: Fold = { ended: [], open: base.open, hints: [] }
  const until = windows
    .slice(0, -1)
    .reduce((fold, window, i) => withWindow(rule, fold, window, base.through === 0 && i === 0), begin)
  return remember(rule, series, until)
}

function remember(rule: Rule, series: SeriesState, beforeNewest: Fold): Folds {
  const { base, windows } = series
  const newest = windows.at(-1)
  const isFirst = base.through === 0 && windows.length === 1
  const all = newest ? withWindow(rule, beforeNewest, newest, isFirst) : beforeNewest
  const folds = { rule, beforeNewest, all, episodes: episodesIn(rule, all) }
  known.set(series, folds)
  return folds
}

import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { Episode } from './episode.ts'
import { episodesOf, foldOn } from './episodes-of.ts'
import type { SeriesState } from './series-state.ts'

/**
 * What became of an episode. pending: it began, or begins in another window than was thought. ended: it was pending, and
 * the condition ceased before it fired. retracted: it had fired, and should not have. raised_late: it should have fired
 * earlier. corrected: it began, fired or was over by other windows or revisions than was thought.
 */
export type Turn =
  | 'pending'
  | 'ended'
  | 'fired'
  | 'raised_late'
  | 'unknown'
  | 'known'
  | 'resolved'
  | 'retracted'
  | 'corrected'

export interface Transition {
  readonly turn: Turn
  /** As it is now; for `ended` and `retracted` episodes that are no more, as it was. */
  readonly episode: Episode
  /** The episode it was before; null for a new one. */
  readonly was: Episode | null
}

/** What changed in a series by what was observed, the oldest episode first. */
export function transitionsOf(rule: Rule, before: SeriesState, after: SeriesState): readonly Transition[] {
  if (before === after) return []
  foldOn(rule, before, after)
  const newest = newestFinal(before)
  return pairEpisodes(
    episodesOf(rule, before).filter(
      ({ resolvedAt }) => resolvedAt === null || resolvedAt > after.base.through,
    ),
    episodesOf(rule, after),
  ).flatMap(({ was, is }) => {
    if (is === null)
      return was ? [{ turn: was.firedBy ? 'retracted' : 'ended', episode: was, was } as const] : []
    return turnsOf(was, is, newest).map(turn => ({ turn, episode: is, was }))
  })
}

/** Start of the newest window whose final value was known. */
function newestFinal({ base, windows }: SeriesState): number {
  return windows.findLast(({ status }) => status !== 'provisional')?.start ?? base.through - 1
}

function turnsOf(was: Episode | null, is: Episode, newest: number): readonly Turn[] {
  const moved = was?.activeSince !== is.activeSince
  if (is.firedBy === null) return was?.firedBy ? ['retracted'] : moved ? ['pending'] : []
  const turns: Turn[] = []
  if (!was?.firedBy) turns.push(is.firedBy.start <= newest ? 'raised_late' : 'fired')
  else if (
    moved ||
    differs(was.firedBy, is.firedBy) ||
    (was.resolvedBy && differs(was.resolvedBy, is.resolvedBy))
  ) {
    turns.push('corrected')
  }
  if (is.state === 'unknown' && was?.state !== 'unknown') turns.push('unknown')
  if (is.state === 'firing' && was?.state === 'unknown') turns.push('known')
  if (is.state === 'resolved' && was?.state !== 'resolved') turns.push('resolved')
  return turns
}

type By = Episode['firedBy']

function differs(was: By, is: By): boolean {
  return was?.start !== is?.start || (was?.status !== 'provisional' && was?.revision !== is?.revision)
}

export interface EpisodePair {
  readonly was: Episode | null
  readonly is: Episode | null
}

/**
 * Which episode is which: one that begins in the same window is the same, else one that it overlaps in time, so that a
 * correction may move an episode's begin without making it another one.
 */
export function pairEpisodes(before: readonly Episode[], after: readonly Episode[]): readonly EpisodePair[] {
  const left = new Set(before)
  const take = (found: Episode | undefined): Episode | null => {
    if (found) left.delete(found)
    return found ?? null
  }
  const same = after.map(is => take([...left].find(({ activeSince }) => activeSince === is.activeSince)))
  const pairs = after.map((is, i) => ({
    was: same[i] ?? take([...left].find(was => overlap(was, is))),
    is,
  }))
  return [...[...left].map(was => ({ was, is: null })), ...pairs]
}

function overlap(one: Episode, other: Episode): boolean {
  return endOf(one) > other.activeSince && endOf(other) > one.activeSince
}

function endOf({ resolvedAt }: Episode): number {
  return resolvedAt ?? Number.POSITIVE_INFINITY
}

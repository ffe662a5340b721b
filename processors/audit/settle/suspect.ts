import type { Series, WindowLook } from '../checks/look.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import {
  advance,
  type IsNoticed,
  isFinal,
  position,
  type Subject,
  type Waiting,
  waitingFrom,
} from '../progress/waiting.ts'
import { type Difference, identityOf } from '../report/difference.ts'

/**
 * A window that was not as it should be when it was looked at. It is wrong when it still is, in the same way, after
 * everything that could have changed it has been done; until then it is moving.
 */
export interface Suspect {
  readonly series: Series
  /** What was seen last; nothing wrong when undefined. */
  readonly look: WindowLook
  /** Differences that have been there since the waiting began. */
  readonly persisting: ReadonlySet<string>
  readonly state: State
  /** Wall time of the last sign of progress, ms. */
  readonly movedAt: number
}

export type State =
  /** Not final yet: nothing has been said of it that could be wrong. */
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly waiting: Waiting; readonly position: number }
  /** Nothing can change it any more: the next look decides. */
  | { readonly kind: 'due' }
  | { readonly kind: 'wrong' }

export function suspectOf(series: Series, look: WindowLook, progress: LogProgress, now: number): Suspect {
  const suspect = { series, look, persisting: identities(look), movedAt: now }
  return { ...suspect, state: begin(subjectOf(suspect), look, progress) }
}

export function subjectOf({ series, look }: Pick<Suspect, 'series' | 'look'>): Subject {
  return { record: series.record, windowStart: look.windowStart, sizeMs: series.sizeMs }
}

/** The suspect after everybody has got on. */
export function progressed(
  suspect: Suspect,
  progress: LogProgress,
  isNoticed: IsNoticed,
  now: number,
): Suspect {
  const { state } = suspect
  const subject = subjectOf(suspect)
  switch (state.kind) {
    case 'open': {
      const next = begin(subject, suspect.look, progress)
      return next.kind === 'open' ? suspect : { ...suspect, state: next, movedAt: now }
    }
    case 'waiting': {
      const waiting = advance(state.waiting, subject, progress, isNoticed)
      if (!waiting) return { ...suspect, state: { kind: 'due' }, movedAt: now }
      const reached = position(waiting, subject, progress)
      const moved = waiting.stage !== state.waiting.stage || reached > state.position
      const next = { kind: 'waiting', waiting, position: reached } as const
      return { ...suspect, state: next, movedAt: moved ? now : suspect.movedAt }
    }
    case 'due':
    case 'wrong':
      return suspect
  }
}

/** The suspect after another look; undefined when all is well. @param progress read before the look */
export function seenAgain(
  suspect: Suspect,
  look: WindowLook | undefined,
  progress: LogProgress,
  now: number,
): Suspect | undefined {
  if (!look) return undefined
  const found = identities(look)
  const persisting = new Set([...suspect.persisting].filter(identity => found.has(identity)))
  if (persisting.size === 0) {
    // Something else is wrong than before: it was told anew, and everything begins again.
    const state = begin(subjectOf({ series: suspect.series, look }), look, progress)
    return { ...suspect, look, persisting: found, state, movedAt: now }
  }
  const state: State = suspect.state.kind === 'due' ? { kind: 'wrong' } : suspect.state
  return { ...suspect, look, persisting, state }
}

/** The differences that count: of a wrong window, those that stayed. */
export function differencesOf({ look, persisting, state }: Suspect): readonly Difference[] {
  if (state.kind !== 'wrong') return look.differences
  return look.differences.filter(difference => persisting.has(identityOf(difference)))
}

function begin(subject: Subject, look: WindowLook, progress: LogProgress): State {
  if (!isFinal(subject, progress)) return { kind: 'open' }
  const ends = progress.records.get(subject.record)?.high
  const waiting = waitingFrom(subject, progress, look.ahead ? ends : undefined)
  return { kind: 'waiting', waiting, position: position(waiting, subject, progress) }
}

function identities({ differences }: WindowLook): ReadonlySet<string> {
  return new Set(differences.map(identityOf))
}

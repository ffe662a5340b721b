import type { Stage } from '../progress/waiting.ts'
import type { Difference } from '../report/difference.ts'
import { differencesOf, type Suspect } from './suspect.ts'

export type Verdict =
  | { readonly kind: 'moving'; readonly reason: string }
  | { readonly kind: 'different'; readonly differences: readonly Difference[]; readonly untold: number }

/** What a window waits for, in words. */
const reasons: Readonly<Record<Stage, string>> = {
  archive: 'its readings are not archived yet',
  aggregate: 'aggregate has not counted everything yet',
  rollup: 'rollup has not told everything yet',
  correct: 'a correction is due',
  store: 'its last revision is not stored yet',
}
export const openReason = 'not final yet'

/**
 * What is said of a window in the end: it differs when nothing can change it any more, and when nothing has happened
 * for `settleMs` that could. Pure. @param now wall time, ms
 */
export function verdictOf(suspect: Suspect, now: number, settleMs: number): Verdict {
  const { state, movedAt } = suspect
  switch (state.kind) {
    case 'open':
      return { kind: 'moving', reason: openReason }
    case 'wrong':
      return different(suspect)
    case 'due':
      return { kind: 'moving', reason: reasons.store }
    case 'waiting': {
      const reason = reasons[state.waiting.stage]
      if (now - movedAt < settleMs) return { kind: 'moving', reason }
      return different(suspect, `nothing happened for ${Math.round((now - movedAt) / 1000)} s: ${reason}`)
    }
  }
}

function different(suspect: Suspect, note?: string): Verdict {
  const told = new Set(suspect.look.differences.map(({ region }) => region))
  const differences = differencesOf(suspect)
  return {
    kind: 'different',
    differences: note ? differences.map(one => ({ ...one, note: join(one.note, note) })) : differences,
    untold: Math.max(0, suspect.look.rows - told.size),
  }
}

function join(first: string | undefined, second: string): string {
  return first ? `${first}; ${second}` : second
}

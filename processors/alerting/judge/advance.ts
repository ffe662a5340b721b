import type { Rule, Span } from '../../../schemas/alerts/rule.ts'
import { type Episode, type OpenEpisode, resolvedEpisode } from './episode.ts'
import { type JudgedWindow, statementOf } from './judged-window.ts'

/** What follows from one more window. */
export interface Advanced {
  readonly open: OpenEpisode | null
  /** The episode that this window ended. */
  readonly ended: Episode | null
}

const nothing: Advanced = { open: null, ended: null }

/** One step of judging, with a window that decides: newer than all that were judged before. */
export function advance(rule: Rule, open: OpenEpisode | null, window: JudgedWindow): Advanced {
  const said = statementOf(rule, window)
  if (open === null || open.firedBy === null) {
    const pending = stillPending(said, open, window)
    if (pending === null) return nothing
    const fires = said === 'holds' && reached(rule.for, pending.heldWindows, window.end - pending.activeSince)
    return { open: fires ? { ...pending, firedBy: window } : pending, ended: null }
  }
  switch (said) {
    case 'holds':
    case 'between':
      return { open: { ...open, unknown: false, clear: null, last: window }, ended: null }
    case 'unsaid':
      return { open: { ...open, unknown: true, last: window }, ended: null }
    case 'clear': {
      const clear = { since: open.clear?.since ?? window.start, windows: (open.clear?.windows ?? 0) + 1 }
      if (reached(rule.keepFiringFor, clear.windows, window.end - clear.since)) {
        return { open: null, ended: resolvedEpisode(open, window) }
      }
      return { open: { ...open, unknown: false, clear, last: window }, ended: null }
    }
  }
}

/** The same with a window that only hints: it may make the rule pending, or no longer pending. */
export function hint(rule: Rule, open: OpenEpisode | null, window: JudgedWindow): OpenEpisode | null {
  return open?.firedBy ? open : stillPending(statementOf(rule, window), open, window)
}

function stillPending(
  said: ReturnType<typeof statementOf>,
  pending: OpenEpisode | null,
  window: JudgedWindow,
): OpenEpisode | null {
  if (said === 'holds') {
    const { activeSince, heldWindows } = pending ?? { activeSince: window.start, heldWindows: 0 }
    return {
      activeSince,
      heldWindows: heldWindows + 1,
      firedBy: null,
      unknown: false,
      clear: null,
      last: window,
    }
  }
  // A window that says nothing counts for nothing, neither for it nor against it.
  return said === 'unsaid' && pending ? { ...pending, last: window } : null
}

/** A span of windows counts those that were told, so one that never was breaks nothing. */
function reached(span: Span, windows: number, ms: number): boolean {
  return 'windows' in span ? windows >= span.windows : ms >= span.ms
}

import type { JudgedWindow } from './judged-window.ts'

/** A time in which a rule's condition held in a region. One that ended before it fired is none. */
export interface Episode {
  /** Start of the first window in which the condition held. */
  readonly activeSince: number
  /** End of the window with which it fired. */
  readonly firedAt: number | null
  /** End of the window with which it was over. */
  readonly resolvedAt: number | null
  /** unknown: it fired, and the newest window says nothing. */
  readonly state: 'pending' | 'firing' | 'unknown' | 'resolved'
  /** The newest window of it that was judged. */
  readonly last: JudgedWindow
  readonly firedBy: JudgedWindow | null
  readonly resolvedBy: JudgedWindow | null
}

/** An episode that goes on, and how far it has come. */
export interface OpenEpisode {
  readonly activeSince: number
  /** Windows in which the condition held, until it fired. */
  readonly heldWindows: number
  readonly firedBy: JudgedWindow | null
  readonly unknown: boolean
  /** The windows since which it is clear, while it goes on firing all the same. */
  readonly clear: { readonly since: number; readonly windows: number } | null
  readonly last: JudgedWindow
}

export function episodeOf({ activeSince, firedBy, unknown, last }: OpenEpisode): Episode {
  const state = firedBy === null ? 'pending' : unknown ? 'unknown' : 'firing'
  return {
    activeSince,
    firedAt: firedBy?.end ?? null,
    resolvedAt: null,
    state,
    last,
    firedBy,
    resolvedBy: null,
  }
}

export function resolvedEpisode({ activeSince, firedBy }: OpenEpisode, by: JudgedWindow): Episode {
  return {
    activeSince,
    firedAt: firedBy?.end ?? null,
    resolvedAt: by.end,
    state: 'resolved',
    last: by,
    firedBy,
    resolvedBy: by,
  }
}

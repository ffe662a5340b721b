/**
 * When data came, wall time in ms. A wall of the province hears of changes every second; that of a county with a few
 * devices may hear once a minute, so what is silence depends on what was usual.
 */
export interface DataPulse {
  readonly lastAt: number | null
  /** The longest gap between two arrivals, fading. */
  readonly longestGapMs: number
  /** The longest but one, fading: what happens twice is usual, and a single outage makes the wall deaf for no other. */
  readonly usualGapMs: number
}

export const noData: DataPulse = { lastAt: null, longestGapMs: 0, usualGapMs: 0 }

const fade = 0.98
/** So much longer than the usual gap is silence. */
const slack = 2
/** Below this a pause is nothing to speak of. */
export const leastSilenceMs = 2_000
/** Where data comes more often than every two seconds, its silence is said within three: the wall looks every 250 ms. */
const promisedMs = 2_700
/** Nobody learns in an hour what a gap of a day is. */
const longestGapMs = 120_000

/** Values arrived. Those of a snapshot begin anew: the time before was not silence but absence. */
export function arrived(pulse: DataPulse, at: number, isSnapshot: boolean): DataPulse {
  if (pulse.lastAt === null || isSnapshot) return { ...pulse, lastAt: at }
  const gap = Math.min(longestGapMs, at - pulse.lastAt)
  return {
    lastAt: at,
    longestGapMs: Math.max(gap, pulse.longestGapMs * fade),
    usualGapMs: Math.max(Math.min(gap, pulse.longestGapMs), pulse.usualGapMs * fade),
  }
}

/** How long nothing has come although it should have; null while all is as usual. */
export function silentForMs({ lastAt, usualGapMs }: DataPulse, at: number): number | null {
  if (lastAt === null) return null
  const silence = at - lastAt
  return silence > longestUsualMs(usualGapMs) ? silence : null
}

function longestUsualMs(usualGapMs: number): number {
  const longest = Math.max(leastSilenceMs, slack * usualGapMs)
  return usualGapMs < leastSilenceMs ? Math.min(promisedMs, longest) : longest
}

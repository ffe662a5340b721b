import type { Pulse } from './pulse.ts'

/** Why what is on the screen is not current, and since how long, ms of wall time. */
export interface Staleness {
  /** lost: the connection. ended: the server refused it. silent: connected, but no data comes. */
  readonly why: 'lost' | 'ended' | 'silent'
  readonly forMs: number
}

/** A blip of a second is not worth a banner; three seconds without one would be a lie. */
const tolerateMs = 1_000
/** A page that has just been opened is connecting, not stale. */
const firstMs = 3_000

/** Null while values may be taken for current. */
export function stalenessOf({ connection, lostForMs, silentForMs, now }: Pulse): Staleness | null {
  if (lostForMs !== null) {
    // Before the first value there is nothing that could be mistaken for a current one.
    if (lostForMs < (now === null ? firstMs : tolerateMs)) return null
    return { why: connection.kind === 'ended' ? 'ended' : 'lost', forMs: lostForMs }
  }
  return silentForMs === null ? null : { why: 'silent', forMs: silentForMs }
}

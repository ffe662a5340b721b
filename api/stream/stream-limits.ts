import type { BudgetLimits } from './message-budget.ts'

/** What one client may cost, and how long things may take; times are wall milliseconds. */
export interface StreamLimits {
  /** A client to which nothing was sent for this long is sent a heartbeat. */
  readonly heartbeatMs: number
  /** A client from which nothing, not even a pong, came for this long is closed. */
  readonly silentMs: number
  /** The first message must be a hello and come within this. */
  readonly helloMs: number
  /** A client that has no subscription for this long is closed: its place is another's. */
  readonly idleMs: number
  /** A client that leaves more unread is sent nothing until it has read. */
  readonly conflateAboveBytes: number
  /** A client that leaves even more unread, by asking and not reading the answers, is closed. */
  readonly maxBufferedBytes: number
  /** A client that is behind for longer is closed. */
  readonly maxBehindMs: number
  /** A client that has seen more than this server waits so long for it to catch up. */
  readonly aheadMs: number
  /** Subscriptions of one client. */
  readonly maxSubscriptions: number
  /** What a client may send. */
  readonly messages: BudgetLimits
  /** What a client may send before it was let in, bytes. */
  readonly maxBytesBeforeGreeting: number
}

/** How old a heartbeat may be, how much may lie unread: the rest does not depend on where this runs. */
export function streamLimits({
  heartbeatMs,
  maxBufferedBytes,
  conflateAboveBytes,
}: Pick<StreamLimits, 'heartbeatMs' | 'maxBufferedBytes' | 'conflateAboveBytes'>): StreamLimits {
  return {
    heartbeatMs,
    // Three probes in a row went unanswered.
    silentMs: 3 * heartbeatMs,
    helloMs: 10_000,
    idleMs: 60_000,
    conflateAboveBytes,
    maxBufferedBytes,
    maxBehindMs: 30_000,
    aheadMs: 5_000,
    maxSubscriptions: 32,
    messages: { perSecond: 20, burst: 200 },
    maxBytesBeforeGreeting: 128 * 1024,
  }
}

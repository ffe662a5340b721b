import { closeCodes } from '../../schemas/protocol/close-codes.ts'

const firstRetryMs = 500
const longestRetryMs = 15_000
/** Enough to spread the clients of a server that went over the ticks of another one. */
const elsewhereMs = 500

export interface Attempts {
  /** Attempts in a row that did not stay live. */
  readonly attempt: number
  /** How many servers there are. */
  readonly urls: number
  /** What the connection was closed with; null when it was given up. */
  readonly closeCode: number | null
}

/**
 * How long to wait before the next attempt, ms. Another server is tried at once, each of them once; then it takes
 * longer every time. A client that was too slow is no faster elsewhere.
 * @param jitter 0..1
 */
export function retryInMs({ attempt, urls, closeCode }: Attempts, jitter: number): number {
  const isTooSlow = closeCode === closeCodes.tooSlow.code
  if (urls > 1 && attempt < urls && !isTooSlow) return elsewhereMs * jitter
  return backOffMs(Math.max(0, attempt - (urls - 1)), jitter)
}

/** Doubles with every attempt up to a limit; half of it is random. */
export function backOffMs(attempt: number, jitter: number): number {
  const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10))
  return ceiling * (0.5 + 0.5 * jitter)
}

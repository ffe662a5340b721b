import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Failure, failureOf, passing } from './clickhouse-failure.ts'

export interface RetryOptions {
  /** Names the request in the log. */
  readonly what: string
  readonly log: Log
  /** Ends the waiting: the returned promise rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** Failures that are waited out; by default those that pass. */
  readonly waitFor?: readonly Failure[]
  /** Told of every failure that is waited out. */
  readonly onWait?: (failure: Failure) => void
}

const firstMs = 200
/** What waits goes on this long after ClickHouse is back, at worst. */
const longestMs = 5_000

/** Pause before try number `attempt` (from 1), ms: doubling up to 5 s; `random` (0..1) spreads the herd over half of it. */
export function retryDelayMs(attempt: number, random: number): number {
  const full = Math.min(firstMs * 2 ** Math.max(0, attempt - 1), longestMs)
  return Math.round(full * (0.5 + 0.5 * random))
}

/**
 * Runs a request until it succeeds or fails in a way that waiting does not cure. What it waits for is said once, and again
 * where it becomes something else.
 */
export async function retryWhileAway<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { what, log, signal, waitFor = passing, onWait } = options
  let said: Failure | undefined
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted()
    try {
      const result = await run()
      if (attempt > 1) log.info({ what, attempts: attempt }, 'succeeded after retries')
      return result
    } catch (error) {
      const failure = failureOf(error)
      if (!waitFor.includes(failure)) throw error
      onWait?.(failure)
      const delayMs = retryDelayMs(attempt, Math.random())
      const level = failure === said ? 'debug' : 'warn'
      said = failure
      log[level]({ what, failure, attempt, delayMs, reason: messageOf(error) }, 'failed; trying again later')
      await sleep(delayMs, undefined, { signal })
    }
  }
}

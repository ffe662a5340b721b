import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { CodedError, messageOf } from '../errors.ts'
import { clickhouseClient, type clickhouseSettings } from './clickhouse-client.ts'
import { failureOf, passing } from './clickhouse-failure.ts'
import { retryDelayMs } from './retry-while-away.ts'
import type { Repeat, Store } from './select-rows.ts'

export interface PatientOptions {
  /** How long ClickHouse may be away, ms of wall time. */
  readonly withinMs: number
  /** Ends the waiting: what is asked rejects with its reason. */
  readonly signal?: AbortSignal
  /** What can be done about it, for people. */
  readonly hint?: string
}

/** The store of a command: ClickHouse may be away for a while in the middle of it. */
export interface PatientStore extends Store {
  readonly repeat: Repeat
}

export function patientStore(
  config: Config<typeof clickhouseSettings>,
  options: PatientOptions,
): PatientStore {
  const { clickhouseUrl, clickhouseDatabase: database } = config
  return { clickhouse: clickhouseClient(config), database, repeat: patiently(clickhouseUrl, options) }
}

/**
 * Repeats questions until ClickHouse has been away for too long.
 * @returns it throws CodedError `clickhouse_unavailable`, which names the store; what waiting does not cure it throws as it is
 */
export function patiently(url: string, { withinMs, signal, hint }: PatientOptions): Repeat {
  return async ask => {
    let awaySince: number | undefined
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted()
      try {
        return await ask()
      } catch (cause) {
        if (!passing.includes(failureOf(cause))) throw cause
        const now = performance.now()
        awaySince ??= now
        const awayMs = now - awaySince
        if (awayMs >= withinMs) {
          const since = withinMs > 0 ? `, for ${Math.round(awayMs / 1000)} s` : ''
          throw new CodedError('clickhouse_unavailable', `ClickHouse ${url}: ${messageOf(cause)}${since}`, {
            cause,
            ...(hint === undefined ? {} : { hint }),
          })
        }
        await sleep(Math.min(retryDelayMs(attempt, Math.random()), withinMs - awayMs), undefined, {
          ...(signal ? { signal } : {}),
        })
      }
    }
  }
}

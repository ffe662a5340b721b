import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Resource } from '../lifecycle.ts'
import type { Readiness } from './readiness.ts'

/** What is known of a store from asking it. Times are wall time, epoch ms. */
export interface Answers {
  /** When it was asked first. */
  readonly since: number
  /** When it answered last; undefined while it never has. */
  readonly answeredAt: number | undefined
  /** Why the last question failed; undefined where it did not. */
  readonly failure: string | undefined
}

/** Why a store cannot be relied on, or null while its last answer is no older than `limitMs`. */
export function silence(
  { since, answeredAt, failure }: Answers,
  now: number,
  limitMs: number,
): string | null {
  const because = failure === undefined ? '' : `: ${failure}`
  if (answeredAt === undefined) return `no answer yet${because}`
  const silentMs = now - Math.max(since, answeredAt)
  return silentMs <= limitMs ? null : `no answer for ${Math.round(silentMs / 1000)} s${because}`
}

export interface StoreProbeOptions {
  /** Names the condition, such as `clickhouse`. */
  readonly store: string
  /** A question that costs next to nothing; aborted when it takes too long. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>
  readonly close?: () => Promise<void>
  /** The oldest answer that still counts, ms of wall time. */
  readonly limitMs: number
  /** Between an answer and the next question, ms. */
  readonly pauseMs?: number
  readonly readiness: Readiness
  /** Wall time. */
  readonly clock: Clock
}

const defaultPauseMs = 2_000

/** Asks a store that the process needs whether it answers, one question at a time; a store that hangs keeps nobody waiting. */
export class StoreProbe implements Resource {
  readonly name: string
  private readonly options: StoreProbeOptions
  private readonly stopping = new AbortController()
  private answers: Answers
  private asking: Promise<void> | undefined

  constructor(options: StoreProbeOptions) {
    const { store, readiness, clock, limitMs } = options
    this.options = options
    this.name = `probe of ${store}`
    this.answers = { since: clock.now(), answeredAt: undefined, failure: undefined }
    readiness.require(store, () => silence(this.answers, clock.now(), limitMs))
  }

  async start(): Promise<void> {
    this.asking ??= this.keepAsking()
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'))
    await this.asking
    await this.options.close?.()
  }

  private async keepAsking(): Promise<void> {
    const { signal } = this.stopping
    const { pauseMs = defaultPauseMs } = this.options
    while (!signal.aborted) {
      await this.question()
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }

  private async question(): Promise<void> {
    const { ask, limitMs, clock } = this.options
    const tooLong = AbortSignal.timeout(limitMs)
    const signal = AbortSignal.any([this.stopping.signal, tooLong])
    const ended = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => ended.reject(signal.reason), { once: true })
    try {
      await Promise.race([ask(signal), ended.promise])
      this.answers = { ...this.answers, answeredAt: clock.now(), failure: undefined }
    } catch (error) {
      // A store that says nothing gives no reason.
      this.answers = { ...this.answers, failure: signal.aborted ? undefined : messageOf(error) }
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { ProcessorWait } from './processor-wait.ts'

/** One question whether a part answers. */
export interface Beat {
  readonly answered: boolean
  /** Since the question before, ms; never more than a question and the pause after it take. */
  readonly tookMs: number
  /** Of that, how long the process waited for a processor, ms. */
  readonly waitedMs: number
}

/** One lost answer says nothing, nor do two. */
const fewestLost = 3

/**
 * Whether a process hangs, from the answers it gives: it has not answered several times in a row, for `limitMs` of time in
 * which it could have. Time without a processor does not count, so that a busy machine kills nobody.
 */
export class Heartbeat {
  private readonly limitMs: number
  private lost = 0
  private silence = 0

  constructor(limitMs: number) {
    this.limitMs = limitMs
  }

  /** How long it could have answered and did not, ms. */
  get silentMs(): number {
    return this.silence
  }

  /** @returns whether it hangs */
  note({ answered, tookMs, waitedMs }: Beat): boolean {
    this.lost = answered ? 0 : this.lost + 1
    this.silence = answered ? 0 : this.silence + Math.max(0, tookMs - waitedMs)
    return this.lost >= fewestLost && this.silence >= this.limitMs
  }
}

export interface HangWatchOptions {
  readonly pid: number
  /** Whether it answers; false when the signal ends the question. Must not throw. */
  readonly answers: (signal: AbortSignal) => Promise<boolean>
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Asks a process whether it answers until it hangs; resolves with how long it was silent, ms, or null when told to end. */
export async function untilHanging({
  pid,
  answers,
  limitMs,
  signal,
}: HangWatchOptions): Promise<number | null> {
  const patienceMs = limitMs / 4
  const pauseMs = limitMs / 10
  const heartbeat = new Heartbeat(limitMs)
  const wait = new ProcessorWait(pid)
  let before = performance.now()
  for (;;) {
    await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (signal.aborted) return null
    const answered = await answers(AbortSignal.timeout(patienceMs))
    if (signal.aborted) return null
    const now = performance.now()
    // More than this the launcher itself was late, for want of a processor too.
    const tookMs = Math.min(now - before, patienceMs + pauseMs)
    before = now
    if (heartbeat.note({ answered, tookMs, waitedMs: wait.sinceLast() })) return heartbeat.silentMs
  }
}

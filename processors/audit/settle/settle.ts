import type { LogProgress } from '../progress/log-progress.ts'

/** Something that was not as it should be at first, and may come right. */
export interface Case {
  /** Looks again, knowing how far everybody has got by now; whether there is nothing left to wait for. */
  round(progress: LogProgress): Promise<boolean>
}

export interface SettleOptions {
  readonly readProgress: () => Promise<LogProgress>
  /** Wall time, ms. */
  readonly settleMs: number
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Commits come once a second. */
const pauseMs = 1_000

/** Looks again until every case is decided, or the time is over. */
export async function settle(cases: readonly Case[], options: SettleOptions): Promise<void> {
  const { readProgress, settleMs, now, sleep } = options
  const deadline = now() + settleMs
  for (;;) {
    const began = now()
    const progress = await readProgress()
    let decided = true
    for (const one of cases) decided = (await one.round(progress)) && decided
    if (decided || now() >= deadline) return
    // Where looking takes long it is done less often: the system has its own work to do.
    await sleep(Math.min(Math.max(pauseMs, now() - began), Math.max(1, deadline - now())))
  }
}

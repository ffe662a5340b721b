import { setTimeout as sleep } from 'node:timers/promises'
import { Claims } from './claims.ts'
import { claimsOf, type PlannedFault, type Scene } from './fault.ts'

/** A fault that happened; times are epoch ms. */
export interface InjectedFault {
  readonly kind: string
  readonly target: string
  readonly plannedMs: number
  readonly beganAt: number
  /** When what was done was undone: from then on it is for the system to recover. */
  readonly endedAt: number
  /** When the target ran again. */
  readonly restoredAt: number
}

export interface InjectOptions {
  readonly plan: readonly PlannedFault[]
  readonly scene: Scene
  readonly log: (line: string) => void
  /** The load is over: faults under way end, the others do not happen. */
  readonly over: AbortSignal
}

/**
 * Does what was planned, each fault at its time or as soon as its targets are free.
 * Resolves when every fault is undone.
 * @throws what kept a fault from being done or undone
 */
export async function injectFaults(options: InjectOptions): Promise<readonly InjectedFault[]> {
  const { plan, over } = options
  const claims = new Claims()
  const startedAt = Date.now()
  const injected = await Promise.all(
    plan.map(async fault => {
      if (!(await pause(startedAt + fault.atMs - Date.now(), over))) return undefined
      const claimed = claimsOf(fault.target)
      await claims.take(claimed)
      try {
        return over.aborted ? undefined : await inject(fault, options)
      } finally {
        claims.release(claimed)
      }
    }),
  )
  return injected.filter(fault => fault !== undefined)
}

async function inject(fault: PlannedFault, { scene, log, over }: InjectOptions): Promise<InjectedFault> {
  const { kind, target, durationMs } = fault
  const what = `${kind.name}: ${target.name}`
  try {
    const forS = durationMs > 0 ? ` for ${(durationMs / 1000).toFixed(1)} s` : ''
    await kind.begin(scene, target)
    const beganAt = Date.now()
    log(`fault  ${what}${forS}`)
    await pause(durationMs, over)
    const endedAt = Date.now()
    await kind.end(scene, target)
    const restoredAt = Date.now()
    if (durationMs > 0) log(`undone ${what} (took ${((restoredAt - endedAt) / 1000).toFixed(1)} s)`)
    return { kind: kind.name, target: target.name, plannedMs: durationMs, beganAt, endedAt, restoredAt }
  } catch (error) {
    throw new Error(`fault ${what}`, { cause: error })
  }
}

/** Whether the time has passed; false as soon as it is all over. */
async function pause(ms: number, over: AbortSignal): Promise<boolean> {
  if (over.aborted) return false
  try {
    await sleep(Math.max(0, ms), undefined, { signal: over })
    return true
  } catch (error) {
    if (over.aborted) return false
    throw error
  }
}

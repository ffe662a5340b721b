import type { LogPosition } from '../../task/log-position.ts'
import type { AlertEngine } from '../engine/alert-engine.ts'
import type { Notifier } from '../out/notifier.ts'

/** The time in which this member owns kpi.regional: what it knows ends with it. */
export class Tenure {
  /** Resolves when everything that was known is there again. */
  readonly ready: Promise<Owned>
  private turns: Promise<unknown> = Promise.resolve()

  constructor(load: () => Promise<Owned>) {
    this.ready = load()
  }

  /** One thing after the other: windows, commands, the time and rules all change the same alerts. */
  inTurn<T>(work: (owned: Owned) => Promise<T>): Promise<T> {
    const done = this.turns.then(async () => work(await this.ready))
    // Whoever gave it hears of its failure.
    this.turns = done.catch(() => undefined)
    return done
  }
}

export interface Owned {
  readonly engine: AlertEngine
  readonly position: LogPosition
  readonly notifier: Notifier
}

import { ClickHouseException } from '../protocol/exception.ts'

export interface LaneLimits {
  /** How many run at once. */
  readonly running: number
  /** How many may wait; one more is refused with code 202. */
  readonly waiting: number
}

/**
 * A lane lets a bounded number of queries run and a bounded number wait, first come first served.
 * Reads and writes have a lane each, so neither starves behind the other.
 */
export class Lane {
  private readonly limits: LaneLimits
  private readonly queue: (() => void)[] = []
  private active = 0
  private idle: (() => void)[] = []

  constructor(limits: LaneLimits) {
    this.limits = limits
  }

  get running(): number {
    return this.active
  }

  get waiting(): number {
    return this.queue.length
  }

  /** @throws ClickHouseException 202 when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.active >= this.limits.running) {
      if (this.queue.length >= this.limits.waiting) {
        throw new ClickHouseException(
          'TOO_MANY_SIMULTANEOUS_QUERIES',
          `Too many simultaneous queries. Maximum: ${this.limits.running} running and ${this.limits.waiting} waiting.`,
        )
      }
      // Whoever leaves hands its place over, so `active` already counts this one when it wakes.
      await new Promise<void>(resolve => this.queue.push(resolve))
    } else this.active += 1
    try {
      return await work()
    } finally {
      const next = this.queue.shift()
      if (next) next()
      else {
        this.active -= 1
        if (this.active === 0) for (const wake of this.idle.splice(0)) wake()
      }
    }
  }

  /** Resolves when nothing runs or waits. */
  async drained(): Promise<void> {
    if (this.active > 0) await new Promise<void>(resolve => this.idle.push(resolve))
  }
}

import type { Clock } from '../../platform/clock.ts'

const minuteMs = 60_000
/** Addresses that are told apart; the others of a minute share one count. */
const maxAddresses = 10_000

/** Counts attempts without a good key, by address and minute. */
export class RefusedAttempts {
  private readonly clock: Clock
  private readonly perMinute: number
  private readonly counts = new Map<string, number>()
  private minute = Number.NaN

  constructor(clock: Clock, perMinute: number) {
    this.clock = clock
    this.perMinute = perMinute
  }

  /** Counts one more; false where there were too many in this minute. */
  mayFail(address: string): boolean {
    const minute = Math.floor(this.clock.now() / minuteMs)
    if (minute !== this.minute) this.counts.clear()
    this.minute = minute
    const whose = this.counts.has(address) || this.counts.size < maxAddresses ? address : 'others'
    const count = (this.counts.get(whose) ?? 0) + 1
    this.counts.set(whose, count)
    return count <= this.perMinute
  }
}

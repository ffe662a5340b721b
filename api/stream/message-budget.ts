export interface BudgetLimits {
  /** Messages a client may send per second, lasting. */
  readonly perSecond: number
  /** Messages at once after a silence. */
  readonly burst: number
}

/** How many more messages one client may send: a bucket that fills with time and is emptied by messages. */
export class MessageBudget {
  private readonly limits: BudgetLimits
  private left: number
  private countedAt: number
  private refusedInARow = 0

  /** @param now wall time, epoch ms */
  constructor(limits: BudgetLimits, now: number) {
    this.limits = limits
    this.left = limits.burst
    this.countedAt = now
  }

  /** `refused`: this one is not answered. `exhausted`: a whole burst was refused, the client does not listen. */
  take(now: number): 'taken' | 'refused' | 'exhausted' {
    const { perSecond, burst } = this.limits
    const passed = Math.max(0, now - this.countedAt)
    this.left = Math.min(burst, this.left + (passed * perSecond) / 1000)
    this.countedAt = now
    if (this.left >= 1) {
      this.left--
      this.refusedInARow = 0
      return 'taken'
    }
    return ++this.refusedInARow > burst ? 'exhausted' : 'refused'
  }
}

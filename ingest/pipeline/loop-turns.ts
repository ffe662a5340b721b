/**
 * Divides the event loop among those who have much to do: each works for a slice and then lets the others, and the
 * network, come first. Within one round of the loop all of them together work no longer than `roundMs`, and the one
 * slice that goes beyond it.
 */
export class LoopTurns {
  private readonly roundMs: number
  private readonly waiting: (() => void)[] = []
  private roundEndsMs = 0
  private roundOpen = false

  constructor(roundMs = 5) {
    this.roundMs = roundMs
  }

  /** Resolves when the caller may work for a slice, some milliseconds at most: first come, first served. */
  next(): Promise<void> {
    if (!this.roundOpen) this.openRound()
    if (this.waiting.length === 0 && performance.now() < this.roundEndsMs) return Promise.resolve()
    return new Promise(resolve => this.waiting.push(resolve))
  }

  private openRound(): void {
    this.roundOpen = true
    this.roundEndsMs = performance.now() + this.roundMs
    setImmediate(() => {
      this.roundOpen = false
      const first = this.waiting.shift()
      if (first === undefined) return
      this.openRound()
      first()
    })
  }
}

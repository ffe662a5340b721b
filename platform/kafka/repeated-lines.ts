const forgetAfter = 256

/** Holds back lines that say the same again and again, as every connection does while a broker is away. Pure. */
export class RepeatedLines {
  private readonly everyMs: number
  private readonly lines = new Map<string, { told: number; held: number }>()

  /** @param everyMs how often one line is told at most */
  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  /** How often the line was held back since it was told last; undefined when it is to be held back now. */
  tell(line: string, now: number): number | undefined {
    const known = this.lines.get(line)
    if (known && now - known.told < this.everyMs) {
      known.held++
      return undefined
    }
    if (this.lines.size >= forgetAfter) this.lines.clear()
    this.lines.set(line, { told: now, held: 0 })
    return known?.held ?? 0
  }
}

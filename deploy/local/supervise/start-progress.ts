/** What varies in a text that otherwise says the same. */
const varying = /[0-9a-f]{8}(?:-?[0-9a-f]{4,}){0,4}|\d+(?:\.\d+)?/g
/** What says something new without end is no progress. */
const mostTexts = 2_000

/**
 * Whether a start gets on, from what the part says: its lines and what it waits for. News is what it has not said before,
 * and a number that is lower than ever, such as of messages left to read. The same again is none, however often.
 */
export class StartProgress {
  private readonly lowest = new Map<string, number[]>()
  private idleMs = 0

  /** How long it has said nothing new, ms of its own time. */
  get stalledMs(): number {
    return this.idleMs
  }

  /** Takes what it says. */
  hear(text: string): void {
    if (this.isNews(text)) this.idleMs = 0
  }

  /** Time went by in which it could have got on. */
  pass(ms: number): void {
    this.idleMs += Math.max(0, ms)
  }

  private isNews(text: string): boolean {
    const numbers = (text.match(varying) ?? []).map(Number)
    const shape = text.replace(varying, '#')
    const known = this.lowest.get(shape)
    if (!known) {
      if (this.lowest.size >= mostTexts) return false
      this.lowest.set(shape, numbers)
      return true
    }
    let isLower = false
    for (const [i, number] of numbers.entries()) {
      if (!(number < (known[i] ?? Number.NaN))) continue
      known[i] = number
      isLower = true
    }
    return isLower
  }
}

export interface RepeatedLinesOptions {
  /** How often a kind of line is told at most, ms. */
  readonly everyMs: number
  /** Kinds of one text that are told apart; what exceeds them is counted together. */
  readonly mostKinds: number
  /** Texts that are told apart. */
  readonly mostTexts: number
}

const limits: RepeatedLinesOptions = { everyMs: 60_000, mostKinds: 32, mostTexts: 256 }

/** Lines that were counted instead of told. */
export interface HeldBack<L> {
  /** The newest of them. */
  readonly line: L
  readonly count: number
  /** Whether they are of several kinds, for which there was no room. */
  readonly mixed: boolean
}

interface Kind<L> {
  line: L
  toldAt: number
  held: number
}

/** Stands for all kinds of a text, and for all texts, that there is no room for. */
const others = Symbol('others')
type Key = string | typeof others

/**
 * Tells a line at once the first time, and counts those of its kind that follow: as a loop writes them that tries again
 * and again, or every connection while a broker is away. What is held is bounded whatever is written. Pure.
 */
export class RepeatedLines<L> {
  private readonly limits: RepeatedLinesOptions
  private readonly texts = new Map<Key, Map<Key, Kind<L>>>()

  constructor(options: Partial<RepeatedLinesOptions> = {}) {
    this.limits = { ...limits, ...options }
  }

  /** Whether to write a line now; else it is counted. @param kind tells lines of one text apart */
  tell(text: string, kind: string, line: L, now: number): boolean {
    const kinds = this.kindsOf(text)
    const known = kinds.get(kind)
    if (known?.held === 0 && now - known.toldAt >= this.limits.everyMs) {
      known.toldAt = now
      return true
    }
    if (!known && kinds.size < this.limits.mostKinds) {
      kinds.set(kind, { line, toldAt: now, held: 0 })
      return true
    }
    const held = known ?? kinds.get(others) ?? { line, toldAt: now, held: 0 }
    if (!known) kinds.set(others, held)
    held.line = line
    held.held++
    return false
  }

  /** What was held back and not said for long enough; kinds that have stopped are forgotten. */
  due(now: number): readonly HeldBack<L>[] {
    const due: HeldBack<L>[] = []
    for (const [text, kinds] of this.texts) {
      for (const [key, kind] of kinds) {
        if (now - kind.toldAt < this.limits.everyMs) continue
        if (kind.held === 0) kinds.delete(key)
        else due.push({ line: kind.line, count: kind.held, mixed: key === others })
        kind.held = 0
        kind.toldAt = now
      }
      if (kinds.size === 0) this.texts.delete(text)
    }
    return due
  }

  /** Everything that was held back and not said yet. */
  rest(): readonly HeldBack<L>[] {
    return this.due(Number.POSITIVE_INFINITY)
  }

  private kindsOf(text: string): Map<Key, Kind<L>> {
    const known = this.texts.get(text)
    if (known) return known
    const key = this.texts.size < this.limits.mostTexts ? text : others
    const kinds = this.texts.get(key) ?? new Map<Key, Kind<L>>()
    this.texts.set(key, kinds)
    return kinds
  }
}

interface Log {
  /** Where it ended when we appended to it last; before that, when we began to watch. */
  end: number
  /** Offsets that are ours: from, and up to, exclusive. Runs that touch are one. */
  readonly runs: { readonly from: number; to: number }[]
}

/** Runs of one log that are remembered: there is one more whenever somebody else wrote in between. */
const mostRuns = 1_000

/**
 * Which part of some logs we appended, and whether anybody else appended to them since we began to watch. A log only grows
 * at its end, so each of our appends has to begin where the one before it ended, and the log has to end where the last one
 * did. An append of which the broker did not say where it stands, or that was sent twice, counts as somebody else's.
 */
export class OwnAppends {
  private readonly logs: ReadonlyMap<string, Log>
  private interrupted = false

  /** @param ends by topic: the end of its only partition */
  constructor(ends: ReadonlyMap<string, number>) {
    this.logs = new Map([...ends].map(([topic, end]) => [topic, { end, runs: [] }]))
  }

  /** @param first offset of the first of our messages; undefined where it is not known */
  note(topic: string, first: number | undefined, count: number): void {
    const log = this.logs.get(topic)
    if (!log || first !== log.end) this.interrupted = true
    if (!log || first === undefined) return
    const to = first + count
    const last = log.runs.at(-1)
    if (last?.to === first) last.to = to
    else log.runs.push({ from: first, to })
    if (log.runs.length > mostRuns) log.runs.shift()
    log.end = to
  }

  include(topic: string, offset: number): boolean {
    return this.logs.get(topic)?.runs.some(({ from, to }) => from <= offset && offset < to) ?? false
  }

  /** Whether nobody else appended anything. @param ends of all the logs as they are now, while nothing of ours is under way */
  areAll(ends: ReadonlyMap<string, number>): boolean {
    return !this.interrupted && [...this.logs].every(([topic, { end }]) => ends.get(topic) === end)
  }
}

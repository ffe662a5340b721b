/** How often something was met, and its first message. */
export interface Count {
  count: number
  readonly example: string
}

/** What became of the dead letters of one run. */
export class Tally {
  /** Dead letters in the topic. */
  read = 0
  /** Messages of the topic that are not dead letters. */
  unreadable = 0
  redrivenBefore = 0
  accepted = 0
  /** Dead letters that were selected, by record type and code. */
  readonly matched = new Map<string, Count>()
  /** Those of them that were refused again, by the new code. */
  readonly refused = new Map<string, Count>()
  /** Requests that had to be sent again. */
  retries = 0

  get matchedCount(): number {
    return sum(this.matched)
  }

  get refusedCount(): number {
    return sum(this.refused)
  }

  match(record: string, code: string, message: string): void {
    add(this.matched, `${record} ${code}`, message)
  }

  refuse(code: string, message: string): void {
    add(this.refused, code, message)
  }
}

function add(counts: Map<string, Count>, what: string, example: string): void {
  const known = counts.get(what)
  if (known) known.count++
  else counts.set(what, { count: 1, example })
}

function sum(counts: ReadonlyMap<string, Count>): number {
  let total = 0
  for (const { count } of counts.values()) total += count
  return total
}

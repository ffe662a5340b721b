import { neverRead, type Partial } from '../windows/partial.ts'

const nothing = Number.NEGATIVE_INFINITY

/** How far the input partitions of one record type have closed their windows, as their partials and markers tell. */
export class InputProgress {
  private partitions = 0
  private first = Number.POSITIVE_INFINITY
  /** By input partition: closed up to and including this window. */
  private readonly closed = new Map<number, number>()
  /** Input partitions that have held a reading. */
  private readonly heard = new Set<number>()
  /** By input partition that never held a reading: what the others had closed when it last said so. */
  private readonly silent = new Map<number, number>()

  accept({ kind, partition, partitions, window_start: start }: Partial): void {
    this.partitions = Math.max(this.partitions, partitions)
    if (start === neverRead) {
      this.staysSilent(partition)
      return
    }
    if (!this.heard.has(partition)) this.speaksUp(partition)
    if (kind !== 'marker') return
    this.closed.set(partition, Math.max(start, this.closed.get(partition) ?? nothing))
    this.first = Math.min(this.first, start)
  }

  /** The first window that was said to be closed: it holds a reading. Infinity while there is none. */
  get firstClosed(): number {
    return this.first
  }

  /** The newest window that is closed in every input partition; undefined while there is none. */
  get closedByAll(): number | undefined {
    if (this.partitions === 0 || this.closed.size < this.partitions) return undefined
    const through = Math.min(...this.closed.values())
    return through === nothing ? undefined : through
  }

  /** It has readings after all: its windows are waited for from here on. */
  private speaksUp(partition: number): void {
    this.heard.add(partition)
    this.silent.delete(partition)
    this.closed.delete(partition)
  }

  /**
   * Nobody waits for a partition that never held a reading. But when old readings come in all at once, the windows that
   * others close by them are not closed for one that has not read its share yet. So it has to say again that it holds
   * nothing, twice: the first word after a window was closed may have been decided on before, the second one was not.
   */
  private staysSilent(partition: number): void {
    if (this.heard.has(partition)) return
    const confirmed = this.silent.get(partition)
    if (confirmed !== undefined) this.closed.set(partition, confirmed)
    const others = [...this.heard].map(other => this.closed.get(other) ?? nothing)
    this.silent.set(partition, others.length > 0 ? Math.min(...others) : nothing)
  }
}

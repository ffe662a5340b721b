import type { RecordId } from '../../../schemas/records/record.ts'
import type { LogProgress, Offsets } from '../progress/log-progress.ts'
import type { Difference } from '../report/difference.ts'
import type { Case } from './settle.ts'

export interface UntoldCaseOptions {
  readonly record: RecordId
  /** Readings by when they were so: those of a stretch that begins at `start`, epoch ms. */
  readonly stretches: readonly { readonly start: number; readonly readings: number }[]
  /** Length of the stretches, ms. */
  readonly lengthMs: number
  /** Whether any window of the record type is stored by now. */
  readonly isTold: () => Promise<boolean>
}

/**
 * A record type with readings of which no window was ever stored, so that nobody knows how long its windows are. That is
 * so while the first ones are open; when all windows of a stretch are final, they are missing.
 */
export class UntoldCase implements Case {
  readonly record: RecordId
  private readonly options: UntoldCaseOptions
  private until: Offsets | undefined
  private missing = 0

  constructor(options: UntoldCaseOptions) {
    this.options = options
    this.record = options.record
  }

  async round({ rollup, regional }: LogProgress): Promise<boolean> {
    const { stretches, lengthMs, isTold } = this.options
    const closed = Math.min(...rollup.map(task => task.closed[this.record] ?? Number.NEGATIVE_INFINITY))
    const final = stretches.filter(({ start }) => start + lengthMs <= closed)
    const readings = final.reduce((sum, stretch) => sum + stretch.readings, 0)
    if (readings === 0) return true
    this.until ??= regional.high
    const stored = this.until.every((end, partition) => (regional.done[partition] ?? 0) >= end)
    if (!stored) return false
    this.missing = (await isTold()) ? 0 : readings
    return true
  }

  get differences(): readonly Difference[] {
    if (this.missing === 0) return []
    const note = 'its windows are final, and none was ever stored'
    return [
      {
        check: 'missing',
        record: this.record,
        name: 'readings',
        stored: null,
        recomputed: this.missing,
        note,
      },
    ]
  }
}

import type { RecordId } from '../../../schemas/records/record.ts'
import type { OffsetsLook } from '../checks/log-offsets.ts'
import type { LogProgress, RecordProgress } from '../progress/log-progress.ts'
import type { Case } from './settle.ts'

/**
 * The offsets of one topic of readings. One that is missing may have been refused: its dead letter is in the log by
 * then, and may be on its way to the table.
 */
export class OffsetsCase implements Case {
  readonly record: RecordId
  private readonly lookAt: (progress: RecordProgress) => Promise<OffsetsLook>
  private readonly first: LogProgress
  private seen: OffsetsLook = { expected: 0, missing: 0, differences: [] }
  private decided = false

  constructor(
    record: RecordId,
    first: LogProgress,
    lookAt: (progress: RecordProgress) => Promise<OffsetsLook>,
  ) {
    this.record = record
    this.first = first
    this.lookAt = lookAt
  }

  get look(): OffsetsLook {
    return this.seen
  }

  async begin(): Promise<void> {
    await this.see()
    this.decided = this.seen.missing === 0
  }

  async round({ rejected }: LogProgress): Promise<boolean> {
    if (this.decided) return true
    const ends = this.first.rejected.high
    if (!ends.every((end, partition) => (rejected.done[partition] ?? 0) >= end)) return false
    await this.see()
    this.decided = true
    return true
  }

  private async see(): Promise<void> {
    const progress = this.first.records.get(this.record)
    if (progress) this.seen = await this.lookAt(progress)
  }
}

import type { RecordId } from '../../../schemas/records/record.ts'
import type { WindowRange } from '../checks/county-windows.ts'
import type { ExpectationsLook } from '../checks/expectations.ts'
import { identityOf } from '../report/difference.ts'
import type { Case } from './settle.ts'

export interface ExpectationsCaseOptions {
  readonly record: RecordId
  /** Part by part. */
  readonly ranges: readonly WindowRange[]
  readonly lookAt: (range: WindowRange) => Promise<ExpectationsLook>
  /** Wall time, ms. */
  readonly now: () => number
}

/** What was expected of the windows of a record type. After a change of the registry `correct` has them told anew, day by day. */
export class ExpectationsCase implements Case {
  readonly record: RecordId
  private readonly options: ExpectationsCaseOptions
  private readonly open = new Map<WindowRange, ExpectationsLook>()
  private changedAt: number

  constructor(options: ExpectationsCaseOptions) {
    this.options = options
    this.record = options.record
    this.changedAt = options.now()
  }

  get look(): ExpectationsLook {
    const looks = [...this.open.values()]
    return {
      differing: looks.reduce((sum, { differing }) => sum + differing, 0),
      differences: looks.flatMap(({ differences }) => differences),
    }
  }

  /** Wall time at which what differs last became something else, ms. */
  get movedAt(): number {
    return this.changedAt
  }

  async begin(): Promise<void> {
    await this.see(this.options.ranges)
  }

  async round(): Promise<boolean> {
    await this.see([...this.open.keys()])
    return this.open.size === 0
  }

  private async see(ranges: readonly WindowRange[]): Promise<void> {
    const before = this.print()
    for (const range of ranges) {
      const look = await this.options.lookAt(range)
      if (look.differing > 0) this.open.set(range, look)
      else this.open.delete(range)
    }
    if (this.print() !== before) this.changedAt = this.options.now()
  }

  private print(): string {
    const { differing, differences } = this.look
    return [differing, ...differences.map(identityOf)].join()
  }
}

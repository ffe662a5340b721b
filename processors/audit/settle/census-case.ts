import type { CensusId } from '../../../schemas/kpis/kpi.ts'
import type { CensusLook, CensusWindow } from '../checks/census-look.ts'
import type { LogProgress } from '../progress/log-progress.ts'
import { identityOf } from '../report/difference.ts'
import type { Case } from './settle.ts'

export interface CensusCaseOptions {
  readonly census: CensusId
  readonly window: CensusWindow
  readonly lookAt: (progress: LogProgress) => Promise<CensusLook>
  /** Wall time, ms. */
  readonly now: () => number
}

/** The newest window of a census. What arrives late for it is taken up by the census itself, some seconds later. */
export class CensusCase implements Case {
  readonly census: CensusId
  readonly window: CensusWindow
  private readonly options: CensusCaseOptions
  private seen: CensusLook = { values: 0, differences: [], assetsChanged: false }
  private changedAt: number

  constructor(options: CensusCaseOptions) {
    this.options = options
    this.census = options.census
    this.window = options.window
    this.changedAt = options.now()
  }

  get look(): CensusLook {
    return this.seen
  }

  /** Wall time at which what differs last became something else, ms. */
  get movedAt(): number {
    return this.changedAt
  }

  async begin(progress: LogProgress): Promise<void> {
    this.seen = await this.options.lookAt(progress)
    this.changedAt = this.options.now()
  }

  async round(progress: LogProgress): Promise<boolean> {
    if (this.isDecided) return true
    const before = this.seen.differences.map(identityOf).join()
    this.seen = await this.options.lookAt(progress)
    if (this.seen.differences.map(identityOf).join() !== before) this.changedAt = this.options.now()
    return this.isDecided
  }

  private get isDecided(): boolean {
    return this.seen.differences.length === 0 || this.seen.assetsChanged
  }
}

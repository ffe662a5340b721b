import type { WindowToCorrect } from '../correct/window-to-correct.ts'
import { type Change, isUnpublished } from './change.ts'

/** What was found, in windows unless said otherwise. */
export class Tally {
  unchanged = 0
  corrected = 0
  /** That were never published. */
  first = 0
  /** Messages: next revisions of regions. */
  revisions = 0
  /** Values of KPIs that are not what was stored, of regions that were published before. */
  kpiValues = 0
  /** Not final yet; starts, epoch ms. */
  readonly open: number[] = []
  /** Published again and again, and what is stored is still something else; starts, epoch ms. */
  readonly unsettled: number[] = []
  private readonly changed = new Set<number>()

  get lookedAt(): number {
    return this.unchanged + this.corrected + this.first + this.open.length
  }

  /** Takes what came of a window; of one that is looked at again, only what is new. */
  take(window: WindowToCorrect, changes: readonly Change[]): void {
    this.revisions += changes.length
    this.kpiValues += changes.reduce((sum, change) => sum + changedValues(change), 0)
    if (this.changed.has(window.windowStart)) return
    if (changes.length === 0) {
      this.unchanged++
      return
    }
    this.changed.add(window.windowStart)
    if (isUnpublished(window)) this.first++
    else this.corrected++
  }
}

function changedValues({ message, stored, differences }: Change): number {
  if (!stored) return 0
  const kpis = new Set(message.kpis.map(({ kpi }) => kpi))
  return differences.filter(({ name }) => kpis.has(name)).length
}

import type { CensusId } from '../../../schemas/kpis/kpi.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import type { Rejected } from '../checks/dead-letters.ts'
import type { Outside } from '../plan/audited-range.ts'
import type { Difference } from './difference.ts'

/** What the audit found. Times are epoch ms. */
export interface AuditReport {
  /** Windows that start in [from, to). */
  readonly from: number
  readonly to: number
  readonly records: readonly RecordReport[]
  readonly census: readonly CensusReport[]
  readonly differences: readonly Difference[]
  /** Rows that differ beyond those told of. */
  readonly untold: number
  readonly moving: readonly Moving[]
}

/** received = counted + duplicates + rejected + waiting. */
export interface RecordReport {
  readonly record: RecordId
  readonly windows: number
  readonly received: number
  readonly counted: number
  readonly duplicates: number
  readonly rejected: Rejected
  /** Readings that no stored row holds: of windows that are moving, or differ. */
  readonly waiting: number
  readonly kpiValues: number
  /** Offsets that have to be in the archive, and those that are not. */
  readonly offsets: number
  readonly missingOffsets: number
  readonly differences: number
  readonly moving: number
  /** Stored, and not looked at. */
  readonly outside: Outside
}

export interface CensusReport {
  readonly census: CensusId
  readonly windowStart: number
  readonly windowEnd: number
  readonly kpiValues: number
}

/** A window of which the last word is not said, or not yet stored. */
export interface Moving {
  readonly record: RecordId | CensusId
  readonly windowStart: number
  readonly windowEnd: number
  readonly reason: string
}

export function isClean({ differences, untold }: AuditReport): boolean {
  return differences.length === 0 && untold === 0
}

export function rejectedOf({ rejected }: Pick<RecordReport, 'rejected'>): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0)
}

import type { InjectedFault } from '../faults/inject-faults.ts'
import type { LoadReport } from '../load/load.ts'
import type { KindRecovery } from '../observe/recovery.ts'
import type { AlertReport } from '../oracle/compare-alerts.ts'
import type { Difference } from '../oracle/difference.ts'
import type { StoredRevisions } from './stored-revisions.ts'

/** What a chaos run found; written to `.chaos/<seed>.json`. */
export interface ChaosResult {
  readonly seed: number
  readonly minutes: number
  readonly readingsPerSecond: number
  readonly startedAt: string
  readonly faults: readonly InjectedFault[]
  readonly recovery: readonly KindRecovery[]
  /** Processes started again although no fault asked for it, by member. */
  readonly starts: Readonly<Record<string, number>>
  readonly load: LoadReport
  readonly revisions: StoredRevisions
  /** From the end of the load until the pipeline had come to rest, ms. */
  readonly settledMs: number
  readonly audit: { readonly clean: boolean; readonly output: string }
  readonly oracle: {
    readonly compared: number
    readonly windows: number
    readonly differences: readonly Difference[]
  }
  readonly alerts: AlertReport
}

/** Whether what is stored is what was accepted, and the alerts are those that follow from it. */
export function isExact({ audit, oracle, alerts, load }: ChaosResult): boolean {
  const isSame = oracle.differences.length === 0 && alerts.differences.length === 0
  return audit.clean && isSame && oracle.windows > 0 && alerts.expected > 0 && load.accepted > 0
}

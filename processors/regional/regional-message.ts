import type { Status } from '../../schemas/protocol/stream.ts'
import type { Level } from '../../schemas/regions/regions.ts'

/**
 * Why a window was computed again; `restored`: from readings that were stored again after ClickHouse had lost them;
 * `registry`: the asset registry expects something else of it.
 */
export type Reason = 'late' | 'recompute' | 'repartition' | 'restored' | 'registry'

/** The Avro record `kpi_regional`; times are epoch ms. */
export interface RegionalMessage {
  readonly region: string
  readonly level: Level
  /** Record type or census. */
  readonly record: string
  readonly window_start: number
  readonly window_end: number
  readonly status: Status
  /** 0 provisional, 1 final, 2 and up corrected. */
  readonly revision: number
  readonly version: number
  /** 0..1; null where no asset is expected. */
  readonly coverage: number | null
  readonly assets: number
  readonly expected: number
  readonly readings: number
  readonly duplicates: number
  readonly event_time_max: number | null
  readonly computed_at: number
  /** Why it was computed again; null for what rollup and census say first. */
  readonly reason: Reason | null
  /** Readings that the revision before did not have. */
  readonly late_readings: number
  /** In the order of schemas/measures, or of the census. */
  readonly measures: readonly number[]
  readonly kpis: readonly KpiValue[]
  readonly lineage: readonly OffsetRange[]
}

export interface KpiValue {
  readonly kpi: string
  readonly value: number | null
  readonly numerator: number
  readonly denominator: number
}

/** What of an input partition a value includes: readings of the window with from_offset <= offset < through_offset. */
export interface OffsetRange {
  readonly partition: number
  readonly from_offset: number
  readonly through_offset: number
}

/** Key on `kpi.regional`. */
export function regionalKey({
  region,
  record,
  window_start,
}: Pick<RegionalMessage, 'region' | 'record' | 'window_start'>): string {
  return `${region}|${record}|${window_start}`
}

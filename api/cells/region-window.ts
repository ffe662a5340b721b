import type { Status } from '../../schemas/protocol/stream.ts'

/**
 * One window of one region and series with all its KPI values: what one message of `kpi.regional`
 * or one group of rows of the view `kpi` says. Names are those of the wire; times are epoch ms.
 */
export interface RegionWindow {
  readonly region: string
  /** Record type or census. */
  readonly record: string
  readonly window_start: number
  readonly window_end: number
  readonly status: Status
  readonly revision: number
  readonly version: number
  readonly coverage: number | null
  readonly readings: number
  readonly event_time_max: number | null
  readonly kpis: readonly KpiValue[]
}

export interface KpiValue {
  readonly kpi: string
  readonly value: number | null
}

import type { SeriesId } from '../../schemas/kpis/kpi.ts'
import type { RegionWindow } from './region-window.ts'

/** The fields of a `kpi.regional` message that are served; measures and lineage are skipped when decoding. */
export const regionalFields = [
  'region',
  'record',
  'window_start',
  'window_end',
  'status',
  'revision',
  'version',
  'coverage',
  'readings',
  'event_time_max',
  'computed_at',
  'kpis',
] as const

/** A `kpi.regional` message as far as it is decoded. */
export interface RegionalMessage extends RegionWindow {
  readonly record: SeriesId
  /** When the window was computed, epoch ms. */
  readonly computed_at: number
}

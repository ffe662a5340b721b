import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import type { Difference } from '../report/difference.ts'
import type { Span } from '../sql/literals.ts'

/** What is looked at, window by window: the counties of a record type, or one of its KPIs in every region. */
export interface Series {
  readonly record: RecordId
  /** All windows have this size, ms. */
  readonly sizeMs: number
  readonly kpi?: Kpi
}

/** Windows of a series that start in these spans. */
export interface Chunk {
  readonly series: Series
  readonly spans: readonly Span[]
}

/** Numbers of what was looked at; they add up. */
export interface Tally {
  /** Windows of a record type that are stored or have readings. */
  readonly windows: number
  /** Messages, as they came. */
  readonly received: number
  /** Those that a stored row holds as readings. */
  readonly counted: number
  /** Readings that no stored row holds yet. */
  readonly waiting: number
  /** KPIs of a region and window. */
  readonly kpiValues: number
}

/** A window that is not as it should be. */
export interface WindowLook {
  readonly windowStart: number
  readonly tally: Tally
  /** The first of them. */
  readonly differences: readonly Difference[]
  /** Rows that differ. */
  readonly rows: number
  /** A stored row has seen more of the log than is archived: it cannot be compared yet. */
  readonly ahead: boolean
}

export interface Look {
  /** Of the windows that are as they should be. */
  readonly clean: Tally
  readonly windows: readonly WindowLook[]
}

export const emptyTally: Tally = { windows: 0, received: 0, counted: 0, waiting: 0, kpiValues: 0 }

export function addTallies(left: Tally, right: Tally): Tally {
  return {
    windows: left.windows + right.windows,
    received: left.received + right.received,
    counted: left.counted + right.counted,
    waiting: left.waiting + right.waiting,
    kpiValues: left.kpiValues + right.kpiValues,
  }
}

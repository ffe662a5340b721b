/** The Avro record `kpi_partial`: what one input partition says of one window. */
export interface Partial {
  readonly record: string
  readonly partition: number
  readonly partitions: number
  readonly through_offset: number
  readonly kind: 'open' | 'closed' | 'marker'
  /** Of a marker: closed up to and including this window; `neverRead` when the partition never held a reading. */
  readonly window_start: number
  readonly window_ms: number
  readonly first_offset: number
  readonly county: readonly string[]
  readonly assets: readonly number[]
  readonly readings: readonly number[]
  readonly duplicates: readonly number[]
  readonly event_time_max: readonly number[]
  readonly measures: readonly number[]
}

/** `window_start` of the marker of a partition that never held a reading: nobody waits for it while it says so. */
export const neverRead = -1

/** The Avro record `kpi_late`: a closed window that has to be computed again. */
export interface LateNotice {
  readonly record: string
  readonly county: string
  readonly window_start: number
  readonly window_ms: number
  readonly partition: number
  readonly from_offset: number
  readonly through_offset: number
  readonly readings: number
  /**
   * `repartition`: nothing came late, but assets of the county may have been counted in two partitions.
   * `archive`: ClickHouse lost what it had stored and has it again from the log, up to `through_offset`; see `noticeOfEveryWindow`.
   */
  readonly noticed_by: 'aggregate' | 'rollup' | 'repartition' | 'archive'
}

/** What the notice of every window has in the place of a county. */
const everyCounty = ''

/**
 * A notice of all windows of a record type that hold readings which their stored revisions have not seen.
 * @param from the place from which, and `through` up to which (exclusive), the partition has to be stored before
 */
export function noticeOfEveryWindow(
  record: string,
  windowMs: number,
  {
    partition,
    from,
    through,
  }: { readonly partition: number; readonly from: number; readonly through: number },
): LateNotice {
  return {
    record,
    county: everyCounty,
    window_start: 0,
    window_ms: windowMs,
    partition,
    from_offset: from,
    through_offset: through,
    readings: 0,
    noticed_by: 'archive',
  }
}

export function speaksOfEveryWindow({ county }: Pick<LateNotice, 'county'>): boolean {
  return county === everyCounty
}

/** The `kpi.partial` partition that a window belongs to, so that one rollup sees all of it. */
export function partialPartition(windowStart: number, sizeMs: number, partitions: number): number {
  const number = Math.round(windowStart / sizeMs) % partitions
  return number < 0 ? number + partitions : number
}

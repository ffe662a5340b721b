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
   * `archive`: ClickHouse lost what it had stored and has it again from the log, up to `through_offset`; see `everyWindow`.
   */
  readonly noticed_by: 'aggregate' | 'rollup' | 'repartition' | 'archive'
}

/** Of a notice that speaks of no single window: every one that holds readings its stored revision has not seen. */
export const everyWindow = { county: '', window_start: 0 } as const

export function speaksOfEveryWindow({ county }: Pick<LateNotice, 'county'>): boolean {
  return county === everyWindow.county
}

/** The `kpi.partial` partition that a window belongs to, so that one rollup sees all of it. */
export function partialPartition(windowStart: number, sizeMs: number, partitions: number): number {
  const number = Math.round(windowStart / sizeMs) % partitions
  return number < 0 ? number + partitions : number
}

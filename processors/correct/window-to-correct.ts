import type { RecordId } from '../../schemas/records/record.ts'
import type { OffsetRange } from '../regional/regional-message.ts'
import type { Totals } from '../regional/totals.ts'

/** By input partition: the log below these offsets is stored. What is computed from it is a function of it alone. */
export type Vector = ReadonlyMap<number, number>

/** The last revision of a county's measures. It holds exactly the readings below its lineage. */
export interface StoredCounty {
  readonly totals: Totals
  readonly revision: number
  readonly version: number
  readonly lineage: readonly OffsetRange[]
}

/** The last revision of a region's KPIs. */
export interface StoredRegion {
  readonly revision: number
  readonly version: number
  readonly readings: number
  readonly assets: number
  readonly expected: number
  readonly kpis: ReadonlyMap<string, StoredKpi>
}

export interface StoredKpi {
  readonly value: number | null
  readonly numerator: number
  readonly denominator: number
}

/** Messages of one county, window and input partition below the vector, duplicates included. */
export interface Received {
  readonly messages: number
  readonly first: number
  readonly last: number
}

/** A window as ClickHouse has it. */
export interface WindowToCorrect {
  readonly record: RecordId
  readonly windowStart: number
  readonly sizeMs: number
  readonly vector: Vector
  readonly counties: ReadonlyMap<string, StoredCounty>
  readonly regions: ReadonlyMap<string, StoredRegion>
  /** By county and input partition. */
  readonly received: ReadonlyMap<string, ReadonlyMap<number, Received>>
}

/** The clock of the log at a vector: what grows with every message. */
export function versionOf(vector: Vector): number {
  return [...vector.values()].reduce((sum, through) => sum + through, 0)
}

/** Whether the vector reaches as far as what is stored: else the stored one has seen more than can be read yet. */
export function reachesStored({ vector, counties }: WindowToCorrect): boolean {
  return [...counties.values()].every(({ lineage }) =>
    lineage.every(({ partition, through_offset }) => through_offset <= (vector.get(partition) ?? 0)),
  )
}

/** The counties with messages that their stored measures have not seen, or measures that were not known when they were stored. */
export function staleCounties({ counties, received }: WindowToCorrect): string[] {
  return [...received].flatMap(([county, byPartition]) => {
    const { lineage = [], totals } = counties.get(county) ?? {}
    if (totals?.measures.some(Number.isNaN)) return [county]
    const seen = new Map(lineage.map(range => [range.partition, range.through_offset]))
    const stale = [...byPartition].some(([partition, { last }]) => last >= (seen.get(partition) ?? 0))
    return stale ? [county] : []
  })
}

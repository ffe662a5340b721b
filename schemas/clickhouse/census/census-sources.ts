import type { CensusId } from '../../kpis/kpi.ts'
import type { RecordId } from '../../records/record.ts'

/** The records whose readings the SQL of a census looks at. The asset registry, which every census asks, is none. */
export const censusSources: Readonly<Record<CensusId, readonly RecordId[]>> = {
  radio_census: ['radio_alarm'],
  datacenter_census: [],
  grid_census: ['grid_inspection', 'grid_defect'],
  parking_census: [],
}

/** How much of the log counts: by record and partition of its topic, everything below the offset. */
export type Below = ReadonlyMap<RecordId, ReadonlyMap<number, number>>

/** As `kpi.regional` has it, and in columns the views `kpi` and `kpi_revisions`. */
export interface CensusRange {
  readonly partition: number
  readonly from_offset: number
  readonly through_offset: number
}

/**
 * A lineage names partitions by number alone. Where a census has several sources, the partitions of the first one
 * begin at 0, those of the second at 1000, and so on.
 */
const numbersPerSource = 1_000

/**
 * The lineage of a census: of the state it describes, everything from the beginning of the log counts, so ranges
 * begin at 0 and not at a window's first reading.
 */
export function lineageOfCensus(census: CensusId, below: Below): readonly CensusRange[] {
  return censusSources[census].flatMap((record, source) =>
    [...(below.get(record) ?? [])]
      .sort(([left], [right]) => left - right)
      .map(([partition, offset]) => ({
        partition: source * numbersPerSource + partition,
        from_offset: 0,
        through_offset: offset,
      })),
  )
}

/** What a census value includes, by its lineage. */
export function belowOfLineage(
  census: CensusId,
  lineage: readonly Pick<CensusRange, 'partition' | 'through_offset'>[],
): Below {
  return new Map(
    censusSources[census].map((record, source) => [
      record,
      new Map(
        lineage
          .filter(({ partition }) => Math.floor(partition / numbersPerSource) === source)
          .map(range => [range.partition % numbersPerSource, range.through_offset]),
      ),
    ]),
  )
}

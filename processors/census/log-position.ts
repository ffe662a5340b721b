import { type Below, censusSources } from '../../schemas/clickhouse/census/census-sources.ts'
import type { CensusId } from '../../schemas/kpis/kpi.ts'
import { reaches } from '../archive/archive-progress.ts'

type Offsets = ReadonlyMap<number, number>

/** A position in everything that a census looks at. */
export interface LogPosition {
  /** Readings, by record and partition. */
  readonly below: Below
  /** The asset registry's topic, by partition. */
  readonly assets: Offsets
}

/** The version of what is computed at this position: a clock made of the log, since positions only grow. */
export function versionAt({ below, assets }: LogPosition): number {
  const all = [assets, ...below.values()]
  return all.flatMap(offsets => [...offsets.values()]).reduce((sum, offset) => sum + offset, 0)
}

/** Whether one position reaches as far as another in every partition. */
export function positionReaches(position: LogPosition, other: LogPosition): boolean {
  return reaches(position.assets, other.assets) && belowReaches(position.below, other.below)
}

export function belowReaches(below: Below, other: Below): boolean {
  return [...other].every(([record, offsets]) => reaches(below.get(record) ?? new Map(), offsets))
}

/** What all of these include, in every partition that any of them knows. */
export function leastOf(census: CensusId, belows: readonly Below[]): Below {
  return new Map(
    censusSources[census].map((record): [typeof record, Offsets] => {
      const offsets = belows.map(below => below.get(record) ?? new Map<number, number>())
      const partitions = new Set(offsets.flatMap(known => [...known.keys()]))
      const least = (partition: number) => Math.min(...offsets.map(known => known.get(partition) ?? 0))
      return [record, new Map([...partitions].map(partition => [partition, least(partition)]))]
    }),
  )
}

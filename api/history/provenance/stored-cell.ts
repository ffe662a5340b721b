import { type Static, Type } from 'typebox'
import {
  Coverage,
  EpochMs,
  NullableEpochMs,
  NullableNumber,
  NullableString,
  StatusName,
} from '../../rest/wire-schemas.ts'
import { askHistory, type History } from '../ask-history.ts'
import type { SqlQuery } from '../sql-query.ts'

/** No window is longer: it limits how far back one is looked for, ms. */
const longestWindowMs = 7 * 86_400_000

/** One stored revision of a KPI in a region and window, as it goes out. */
export const StoredCell = Type.Object({
  revision: Type.Integer({ description: '1 final, 2 and up corrected' }),
  status: StatusName,
  value: NullableNumber,
  numerator: Type.Number({ description: 'value = scale × numerator / denominator' }),
  denominator: Type.Number({ description: '0 where the value is null' }),
  coverage: Coverage,
  assets: Type.Integer({ description: 'Distinct assets that reported' }),
  expected: Type.Number({ description: 'Assets expected to report' }),
  readings: Type.Integer({ description: 'Readings counted' }),
  duplicates: Type.Integer({ description: 'Readings that came more than once, not counted again' }),
  version: Type.Integer({ description: 'Grows with every revision: a clock made of the log' }),
  event_time_max: NullableEpochMs,
  computed_at: EpochMs,
  reason: {
    ...NullableString,
    description:
      'Why it was computed again: late, recompute, repartition, restored or registry; null for what was said first',
  },
  late_readings: Type.Integer({ description: 'Readings that the revision before did not have' }),
})
export type StoredCell = Static<typeof StoredCell>

/** What of an input partition a value includes. */
export interface OffsetRange {
  readonly partition: number
  /** Its first reading of the window; -1 for none. */
  readonly from_offset: number
  /** Exclusive. */
  readonly through_offset: number
}

/** A revision with where it stands and what it was made of. */
export interface StoredRevision {
  readonly window_start: number
  readonly window_end: number
  readonly cell: StoredCell
  /** By input partition; how a census numbers them: schemas/clickhouse/census/census-sources.ts. */
  readonly offsets: readonly OffsetRange[]
}

/** A cell, or all its windows that hold `instant`. */
export interface CellAt {
  readonly kpi: string
  readonly region: string
  /** Epoch ms. */
  readonly instant: number
}

const Row = Type.Object({
  ...StoredCell.properties,
  window_start: EpochMs,
  window_end: EpochMs,
  lineage_partition: Type.Array(Type.Integer()),
  lineage_from_offset: Type.Array(Type.Integer()),
  lineage_through_offset: Type.Array(Type.Integer()),
})

const times = ['window_start', 'window_end', 'event_time_max', 'computed_at'] as const
const others = Object.keys(Row.properties).filter(name => !times.some(time => time === name))

/** Qualified, because a bare name in a condition would mean the number of the same name. */
const select = [
  ...times.map(name => `toUnixTimestamp64Milli(k.${name}) AS ${name}`),
  ...others.map(name => `k.${name} AS ${name}`),
].join(', ')

/**
 * The last revision of the newest window that holds the instant; undefined where there is none.
 * @throws CodedError `history_unavailable`.
 */
export async function readLastRevision(history: History, at: CellAt): Promise<StoredRevision | undefined> {
  const [row] = await askHistory(history, lastRevision(history.database, at), Row)
  return row && revisionOf(row)
}

/** Every stored revision of the window that begins at the instant, oldest first. @throws CodedError `history_unavailable`. */
export async function readRevisions(history: History, at: CellAt): Promise<readonly StoredRevision[]> {
  return (await askHistory(history, revisions(history.database, at), Row)).map(revisionOf)
}

function lastRevision(database: string, { kpi, region, instant }: CellAt): SqlQuery {
  return {
    text: `
SELECT ${select}
FROM {database: Identifier}.kpi AS k
WHERE k.kpi = {kpi: String} AND k.region = {region: String}
    AND k.window_start > fromUnixTimestamp64Milli({since: Int64})
    AND k.window_start <= fromUnixTimestamp64Milli({instant: Int64})
    AND k.window_end > fromUnixTimestamp64Milli({instant: Int64})
ORDER BY k.window_start DESC
LIMIT 1`,
    params: { database, kpi, region, instant, since: instant - longestWindowMs },
  }
}

function revisions(database: string, { kpi, region, instant }: CellAt): SqlQuery {
  return {
    text: `
SELECT ${select}
FROM {database: Identifier}.kpi_revisions AS k
WHERE k.kpi = {kpi: String} AND k.region = {region: String}
    AND k.window_start = fromUnixTimestamp64Milli({instant: Int64})
ORDER BY k.revision`,
    params: { database, kpi, region, instant },
  }
}

function revisionOf(row: Static<typeof Row>): StoredRevision {
  const {
    window_start,
    window_end,
    lineage_partition,
    lineage_from_offset,
    lineage_through_offset,
    ...cell
  } = row
  const offsets = lineage_partition.map((partition, i) => ({
    partition,
    from_offset: lineage_from_offset[i] ?? -1,
    through_offset: lineage_through_offset[i] ?? 0,
  }))
  return { window_start, window_end, cell, offsets }
}

import { type Static, Type } from 'typebox'
import { readingTable } from '../../schemas/clickhouse/reading-tables.ts'
import { suspectRecords, suspectsSql } from '../../schemas/clickhouse/suspects-view.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { EpochMs, NullableNumber, NullableString } from '../rest/wire-schemas.ts'
import { askHistory, type History } from './ask-history.ts'
import type { TimeRange } from './time-range.ts'

/** One answer covers at most so much, ms: each suspect reading of the range is looked at. */
export const longestSuspectsMs = 7 * 86_400_000

export const Suspect = Type.Object({
  record: Type.String(),
  asset_id: Type.String(),
  name: NullableString,
  county: Type.String({ description: 'Where the asset was when it was read' }),
  source: { ...NullableString, description: 'Who sent the readings' },
  reason: Type.String({ description: '`said_by_device`, or why ingest doubts the readings' }),
  readings: Type.Integer({ description: 'How many are kept and not measured' }),
  first_seen: { ...EpochMs, description: 'Event time of the first of them, epoch ms' },
  last_seen: { ...EpochMs, description: 'Event time of the last of them, epoch ms' },
  last_values: Type.Record(Type.String(), Type.String(), {
    description: 'What the last of them says, by field, as text',
  }),
  capacity: { ...NullableNumber, description: 'What is registered of the asset now: spaces, or kW' },
  length_km: { ...NullableNumber, description: 'What is registered of the line now' },
})
export type Suspect = Static<typeof Suspect>

const { name, capacity, length_km, ...told } = Suspect.properties
const Row = Type.Object({ ...told, total: Type.Integer() })
const Registered = Type.Object({ asset_id: Type.String(), name, capacity, length_km })
const Count = Type.Object({ record: Type.String(), assets: Type.Integer() })

export interface SuspectQuery extends TimeRange {
  readonly counties: readonly string[]
  readonly records: readonly RecordId[]
  /** All of them where it is empty. */
  readonly sources: readonly string[]
  readonly reasons: readonly string[]
  readonly limit: number
}

export interface Suspects {
  /** How many there are; the list may be shorter. */
  readonly total: number
  /** Those with the most readings first. */
  readonly suspects: readonly Suspect[]
}

/**
 * Assets with readings of the range, by event time, that are kept and not measured, one for each source and reason: the view
 * `suspects`, with the range within it, so that the cost does not grow with what is stored.
 * @throws CodedError `history_unavailable` or `history_timeout`
 */
export async function readSuspects(history: History, query: SuspectQuery): Promise<Suspects> {
  const { counties, records: ids, sources, reasons, limit, from, to } = query
  const { database } = history
  const within = `r.event_time >= fromUnixTimestamp64Milli({from: Int64})
    AND r.event_time < fromUnixTimestamp64Milli({to: Int64}) AND r.county IN {counties: Array(String)}`
  const text = `
SELECT record, asset_id, county, source, reason, readings, toUnixTimestamp64Milli(s.first_seen) AS first_seen,
  toUnixTimestamp64Milli(s.last_seen) AS last_seen, last_values, count() OVER () AS total
FROM (${suspectsSql(ids, '{database: Identifier}', within)}) AS s
WHERE reason IN {reasons: Array(String)} AND (empty({sources: Array(String)}) OR source IN {sources: Array(String)})
ORDER BY readings DESC, record, asset_id, reason, source
LIMIT {limit: UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1`
  const params = { database, counties, reasons, sources, limit, from, to }
  const rows = await askHistory(history, { text, params }, Row)
  const assets = await registeredOf(history, [...new Set(rows.map(({ asset_id }) => asset_id))])
  return {
    total: rows[0]?.total ?? 0,
    suspects: rows.map(({ total: _, ...suspect }) => ({
      ...suspect,
      ...(assets.get(suspect.asset_id) ?? { name: null, capacity: null, length_km: null }),
    })),
  }
}

/** Asked for by itself: the assets of a province are many, and those that are named are few. */
async function registeredOf(
  history: History,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Pick<Suspect, 'name' | 'capacity' | 'length_km'>>> {
  if (ids.length === 0) return new Map()
  const text = `SELECT asset_id, name, capacity, length_km FROM {database: Identifier}.assets WHERE asset_id IN {ids: Array(String)}`
  const rows = await askHistory(history, { text, params: { database: history.database, ids } }, Registered)
  return new Map(rows.map(({ asset_id, ...rest }) => [asset_id, rest]))
}

/**
 * Of each record the assets that have readings since then, by event time, that are kept and not measured; records without are left out.
 * @throws CodedError `history_unavailable` or `history_timeout`
 */
export async function countSuspects(history: History, sinceMs: number): Promise<ReadonlyMap<string, number>> {
  const counts = suspectRecords.map(
    id => `SELECT '${id}' AS record, uniqExact(asset_id) AS assets FROM {database: Identifier}.${readingTable(id).name}
  WHERE event_time >= fromUnixTimestamp64Milli({since: Int64}) AND ${records[id].suspectField}`,
  )
  const text = `SELECT record, assets FROM (${counts.join('\n  UNION ALL\n  ')}) WHERE assets > 0`
  const params = { database: history.database, since: Math.floor(sinceMs) }
  const rows = await askHistory(history, { text, params }, Count)
  return new Map(rows.map(({ record, assets }) => [record, assets]))
}

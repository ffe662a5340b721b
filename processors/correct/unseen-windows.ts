import { Type } from 'typebox'
import { type Store, selectRows } from '../../platform/clickhouse/select-rows.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { windowStart } from '../windows/window-spec.ts'
import type { UnseenWindow } from './pending-corrections.ts'
import { belowSql, sqlInstant, windowSql } from './stored-windows.ts'
import type { Vector } from './window-to-correct.ts'

export interface UnseenQuery extends Store {
  readonly record: RecordId
  readonly sizeMs: number
  readonly vector: Vector
  /** Windows from here on, epoch ms; -Infinity for all. */
  readonly from: number
  /** How many windows that follow one another are looked at. */
  readonly windows: number
}

export interface Unseen {
  readonly windows: readonly UnseenWindow[]
  /** Where those begin that were not looked at, epoch ms; undefined when there are none. */
  readonly next: number | undefined
}

const Oldest = Type.Object({ oldest: Type.Union([Type.Number(), Type.Null()]) })
const Row = Type.Object({ windowStart: Type.Number(), counties: Type.Array(Type.String()) })

/**
 * Windows with readings below the vector that the stored measures of their county have not seen, all readings of a county
 * included that has none stored. Old readings may lie years apart: what is looked at begins at the oldest one.
 * @throws ClickHouseError
 */
export async function unseenWindows(query: UnseenQuery): Promise<Unseen> {
  const { record, sizeMs, vector, from, windows } = query
  const since = Number.isFinite(from) ? `event_time >= ${sqlInstant(from)} AND` : ''
  const [first] = await selectRows(
    query,
    Oldest,
    `SELECT toUnixTimestamp64Milli(minOrNull(event_time)) AS oldest
     FROM {database: Identifier}.received_${record}_store WHERE ${since} ${belowSql(vector)}`,
  )
  if (first?.oldest === null || first?.oldest === undefined) return { windows: [], next: undefined }
  const start = windowStart(first.oldest, sizeMs)
  const next = start + windows * sizeMs
  const rows = await selectRows(
    query,
    Row,
    `SELECT start AS windowStart, groupUniqArray(county) AS counties
     FROM (
       SELECT ${windowSql(sizeMs)} AS start, county, kafka_partition, max(kafka_offset) AS last
       FROM {database: Identifier}.received_${record}
       WHERE event_time >= ${sqlInstant(start)} AND event_time < ${sqlInstant(next)} AND ${belowSql(vector)}
       GROUP BY start, county, kafka_partition
     ) AS arrived
     LEFT JOIN (
       SELECT toUnixTimestamp64Milli(window_start) AS start, county, lineage_partition, lineage_through_offset
       FROM {database: Identifier}.measures_${record}
       WHERE window_start >= ${sqlInstant(start)} AND window_start < ${sqlInstant(next)}
     ) AS told USING (start, county)
     WHERE last >= lineage_through_offset[indexOf(lineage_partition, kafka_partition)]
     GROUP BY start ORDER BY start`,
  )
  return { windows: rows, next }
}

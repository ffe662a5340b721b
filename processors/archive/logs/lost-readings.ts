import { Type } from 'typebox'
import { type Store, selectRows } from '../../../platform/clickhouse/select-rows.ts'
import type { RecordId } from '../../../schemas/records/record.ts'
import { telemetryTopic } from '../../../schemas/topics.ts'
import type { OffsetSpan } from '../pending-batch.ts'

/** What was lost with a log: offsets in it, and its base. */
export interface LostReadings {
  readonly base: number
  readonly spans: readonly OffsetSpan[]
}

const Base = Type.Object({ base: Type.Number() })
const Span = Type.Object({ partition: Type.Number(), from: Type.Number(), through: Type.Number() })

/**
 * Readings of the log that ClickHouse knows last which final windows have seen and the archive has not stored: with the log
 * they are gone. What only open windows had seen is not known. @throws ClickHouseError
 */
export async function lostReadings(store: Store, record: RecordId): Promise<LostReadings> {
  const topic = telemetryTopic(record)
  const [last] = await selectRows(
    store,
    Base,
    'SELECT maxOrDefault(base) AS base FROM {database: Identifier}.log_epochs WHERE topic = {topic: String}',
    { topic },
  )
  const base = last?.base ?? 0
  const spans = await selectRows(
    store,
    Span,
    `SELECT partition, greatest(mark, ${base}) - ${base} AS from, seen - ${base} AS through
     FROM (
       SELECT p AS partition, max(t) AS seen
       FROM {database: Identifier}.measures_${record} ARRAY JOIN lineage_partition AS p, lineage_through_offset AS t
       WHERE window_start > now64() - INTERVAL 7 DAY GROUP BY p
     ) AS told
     LEFT JOIN (
       SELECT kafka_partition AS partition, through_offset AS mark
       FROM {database: Identifier}.archived WHERE topic = {topic: String}
     ) AS stored USING (partition)
     WHERE seen > greatest(mark, ${base}) ORDER BY partition`,
    { topic },
  )
  return { base, spans }
}

import { type Static, Type } from 'typebox'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'
import { askHistory, type History } from './ask-history.ts'

const Flow = Type.Object({
  record: Type.String(),
  readings: Type.Number(),
  duplicates: Type.Number(),
  late: Type.Number(),
  rejected: Type.Number(),
})

/** Counts of one record type: of the windows that start in the time asked for, and of what was refused in it. */
export type Flow = Static<typeof Flow>

/** @throws CodedError `history_unavailable` or `history_timeout`. */
export async function readFlows(history: History, sinceMs: number): Promise<readonly Flow[]> {
  const text = `
SELECT record, sum(r) AS readings, sum(d) AS duplicates, sum(l) AS late, sum(x) AS rejected
FROM (
  ${recordIds.map(measured).join('\n  UNION ALL\n  ')}
  UNION ALL
  SELECT record, 0, 0, readings, 0 FROM {database: Identifier}.late
  WHERE noticed_by = 'aggregate' AND window_start >= fromUnixTimestamp64Milli({since: Int64})
  UNION ALL
  SELECT record, 0, 0, 0, 1 FROM {database: Identifier}.rejected
  WHERE received_at >= fromUnixTimestamp64Milli({since: Int64})
)
GROUP BY record`
  return askHistory(
    history,
    { text, params: { database: history.database, since: Math.floor(sinceMs) } },
    Flow,
  )
}

const Unread = Type.Object({
  topic: Type.String(),
  partition: Type.Integer(),
  first_offset: Type.Integer(),
  last_offset: Type.Integer(),
  messages: Type.Integer(),
  reason: Type.String(),
})

/** Offsets of a topic that nobody could read. */
export type Unread = Static<typeof Unread>

/** At most so many are named. */
const mostUnread = 20

/** What of the log could not be read and was kept since, the newest first. @throws CodedError as above */
export async function readUnread(history: History, sinceMs: number): Promise<readonly Unread[]> {
  const text = `
SELECT JSONExtractString(payload, 'topic') AS topic, toUInt32(JSONExtractUInt(payload, 'partition')) AS partition,
  JSONExtractUInt(payload, 'offset') AS first_offset, JSONExtractUInt(payload, 'last_offset') AS last_offset,
  any(JSONExtractUInt(payload, 'messages')) AS messages, any(JSONExtractString(payload, 'defect')) AS reason
FROM {database: Identifier}.rejected
WHERE code IN ('undecodable_batch', 'offsets_lost') AND received_at >= fromUnixTimestamp64Milli({since: Int64})
GROUP BY topic, partition, first_offset, last_offset
ORDER BY max(received_at) DESC, topic, partition, first_offset
LIMIT ${mostUnread}`
  return askHistory(
    history,
    { text, params: { database: history.database, since: Math.floor(sinceMs) } },
    Unread,
  )
}

function measured(record: RecordId): string {
  return `SELECT '${record}' AS record, readings AS r, duplicates AS d, 0 AS l, 0 AS x
  FROM {database: Identifier}.measures_${record} WHERE window_start >= fromUnixTimestamp64Milli({since: Int64})`
}

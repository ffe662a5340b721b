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

function measured(record: RecordId): string {
  return `SELECT '${record}' AS record, readings AS r, duplicates AS d, 0 AS l, 0 AS x
  FROM {database: Identifier}.measures_${record} WHERE window_start >= fromUnixTimestamp64Milli({since: Int64})`
}

import type { ClickHouseClient } from '@clickhouse/client'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type RecordId, recordIds } from '../../schemas/records/record.ts'

const answerWithinMs = 10_000

const Flow = Type.Object({
  record: Type.String(),
  readings: Type.Number(),
  duplicates: Type.Number(),
  late: Type.Number(),
  rejected: Type.Number(),
})

/** Counts of one record type: of the windows that start in the time asked for, and of what was refused in it. */
export type Flow = Static<typeof Flow>

/** @throws of the ClickHouse client, when it is away. */
export async function readFlows(
  clickhouse: ClickHouseClient,
  database: string,
  sinceMs: number,
): Promise<readonly Flow[]> {
  const result = await clickhouse.query({
    query: `
      SELECT record, sum(r) AS readings, sum(d) AS duplicates, sum(l) AS late, sum(x) AS rejected
      FROM (
        ${recordIds.map(record => measured(database, record)).join(' UNION ALL ')}
        UNION ALL
        SELECT record, 0, 0, readings, 0 FROM ${database}.late
        WHERE noticed_by = 'aggregate' AND window_start >= fromUnixTimestamp64Milli({since:Int64})
        UNION ALL
        SELECT record, 0, 0, 0, 1 FROM ${database}.rejected
        WHERE received_at >= fromUnixTimestamp64Milli({since:Int64})
      )
      GROUP BY record`,
    query_params: { since: Math.floor(sinceMs) },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    abort_signal: AbortSignal.timeout(answerWithinMs),
  })
  return Value.Parse(Type.Array(Flow), await result.json())
}

function measured(database: string, record: RecordId): string {
  return `
        SELECT '${record}' AS record, readings AS r, duplicates AS d, 0 AS l, 0 AS x FROM ${database}.measures_${record}
        WHERE window_start >= fromUnixTimestamp64Milli({since:Int64})`
}

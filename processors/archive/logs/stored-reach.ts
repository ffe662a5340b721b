import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Reach = Type.Array(Type.Object({ reach: Type.Number() }))
const Newest = Type.Array(Type.Object({ newest: Type.Union([Type.Number(), Type.Null()]) }))

/** One past the greatest place of a topic that ClickHouse knows, by its mark or by a row; 0 where it knows none. @throws ClickHouseError */
export async function storedReach(
  clickhouse: ClickHouseClient,
  database: string,
  topic: string,
  table: string,
): Promise<number> {
  const result = await clickhouse.query({
    query: `SELECT greatest(
        (SELECT maxOrDefault(through_offset) FROM {database: Identifier}.archived WHERE topic = {topic: String}),
        (SELECT maxOrDefault(kafka_offset + 1) FROM {database: Identifier}.${table})) AS reach`,
    query_params: { database, topic },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  const [row] = Value.Parse(Reach, await result.json())
  return row?.reach ?? 0
}

/** The newest event time among the stored readings of a record type, epoch ms. @throws ClickHouseError */
export async function newestEventTime(
  clickhouse: ClickHouseClient,
  database: string,
  record: string,
): Promise<number | null> {
  const result = await clickhouse.query({
    query: `SELECT toUnixTimestamp64Milli(maxOrNull(event_time)) AS newest FROM {database: Identifier}.received_${record}_store`,
    query_params: { database },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  const [row] = Value.Parse(Newest, await result.json())
  return row?.newest ?? null
}

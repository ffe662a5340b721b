import type { ClickHouseClient } from '@clickhouse/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'

const Row = Type.Object({ topic: Type.String(), partition: Type.Number(), through: Type.Number() })

/** By topic and partition: everything below these places is in ClickHouse, or was gone from the log before. */
export type Archived = ReadonlyMap<string, ReadonlyMap<number, number>>

/**
 * How far the archive has got with every topic. Asked of ClickHouse, not of Kafka: a ClickHouse that lost what it had, or
 * was restored to what it was, says so, whatever was committed. @throws ClickHouseError
 */
export async function readArchived(clickhouse: ClickHouseClient, database: string): Promise<Archived> {
  const result = await clickhouse.query({
    query: `SELECT topic, kafka_partition AS partition, through_offset AS through FROM {database: Identifier}.archived`,
    query_params: { database },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  const archived = new Map<string, Map<number, number>>()
  for (const { topic, partition, through } of Value.Parse(Type.Array(Row), await result.json())) {
    const offsets = archived.get(topic) ?? new Map<number, number>()
    archived.set(topic, offsets.set(partition, through))
  }
  return archived
}

/** How far the archive has got with one topic, by partition; a partition that it has not begun is absent. */
export async function archivedOffsets(
  clickhouse: ClickHouseClient,
  database: string,
  topic: string,
): Promise<ReadonlyMap<number, number>> {
  return (await readArchived(clickhouse, database)).get(topic) ?? new Map()
}

/** Ends of a topic's partitions: the places of what is appended next. */
export async function endPlaces(
  admin: OffsetsAdmin,
  logs: Logs,
  topic: string,
): Promise<Map<number, number>> {
  const { base } = logs.of(topic)
  const ends = await admin.fetchTopicOffsets(topic)
  return new Map(ends.map(({ partition, high }) => [partition, base + Number(high)]))
}

/** Whether one position reaches as far as another in every partition. */
export function reaches(position: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): boolean {
  return [...other].every(([partition, offset]) => (position.get(partition) ?? 0) >= offset)
}

import { type Static, Type } from 'typebox'
import { type Store, selectRows } from '../../platform/clickhouse/select-rows.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'

const Row = Type.Object({
  topic: Type.String(),
  partition: Type.Number(),
  round: Type.Number(),
  through: Type.Number(),
})

/** How far a partition of a topic is stored. */
export type StoredMark = Static<typeof Row>

/** By topic and partition: everything below these places is in ClickHouse, or was gone from the log before. */
export type Archived = ReadonlyMap<string, ReadonlyMap<number, number>>

/** What `ArchiveMarks` has written. @throws ClickHouseError */
export function readMarks(store: Store): Promise<StoredMark[]> {
  return selectRows(
    store,
    Row,
    'SELECT topic, kafka_partition AS partition, round, through_offset AS through FROM {database: Identifier}.archived',
  )
}

/**
 * How far the archive has got with every topic. Asked of ClickHouse, not of Kafka: a ClickHouse that lost what it had, or
 * was restored to what it was, says so, whatever was committed. @throws ClickHouseError
 */
export async function readArchived(store: Store): Promise<Archived> {
  const archived = new Map<string, Map<number, number>>()
  for (const { topic, partition, through } of await readMarks(store)) {
    const offsets = archived.get(topic) ?? new Map<number, number>()
    archived.set(topic, offsets.set(partition, through))
  }
  return archived
}

/** How far the archive has got with one topic, by partition; a partition that it has not begun is absent. */
export async function archivedOffsets(store: Store, topic: string): Promise<ReadonlyMap<number, number>> {
  return (await readArchived(store)).get(topic) ?? new Map()
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

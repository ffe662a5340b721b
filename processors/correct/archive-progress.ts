import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'

/** Offsets that a group has committed for a topic, by partition; 0 where it has committed nothing. */
export async function committedOffsets(
  admin: OffsetsAdmin,
  groupId: string,
  topic: string,
): Promise<Map<number, number>> {
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return new Map(
    (commits?.partitions ?? []).map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]),
  )
}

/** Ends of a topic's partitions: the offsets of what is appended next. */
export async function endOffsets(admin: OffsetsAdmin, topic: string): Promise<Map<number, number>> {
  const ends = await admin.fetchTopicOffsets(topic)
  return new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
}

/** Whether one position reaches as far as another in every partition. */
export function reaches(position: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): boolean {
  return [...other].every(([partition, offset]) => (position.get(partition) ?? 0) >= offset)
}

import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'

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

/** Ends of a topic's partitions. */
export async function endOffsets(admin: OffsetsAdmin, topic: string): Promise<Map<number, number>> {
  const ends = await admin.fetchTopicOffsets(topic)
  return new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
}

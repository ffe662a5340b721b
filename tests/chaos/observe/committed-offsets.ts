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

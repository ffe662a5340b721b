import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { LogPosition } from './log-position.ts'

/** Where a group has to go on in the partitions that a member was given: at its commits, or at the log's beginning. */
export async function committedPositions(
  admin: OffsetsAdmin,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, LogPosition>> {
  if (partitions.length === 0) return new Map()
  const log = await admin.fetchTopicOffsets(topic)
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return new Map(
    partitions.map(partition => {
      const low = Number(log.find(known => known.partition === partition)?.low ?? 0)
      const commit = Number(commits?.partitions.find(known => known.partition === partition)?.offset ?? -1)
      // A commit below the beginning of the log stays: that what lies between is gone has to be told.
      return [partition, new LogPosition(commit >= 0 ? commit : low)]
    }),
  )
}

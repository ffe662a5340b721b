import type { OpenLog } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { isOfLog } from './log-commit.ts'
import { LogPosition } from './log-position.ts'

/** A partition's log, and what a group has committed of it. Offsets. */
export interface CommittedRange {
  /** Where the log begins. */
  readonly low: number
  /** Where it ends now, exclusive. */
  readonly high: number
  /** Absent where nothing of this log is committed. */
  readonly committed?: number
}

/** What a group has committed of the partitions that a member was given. */
export async function committedRanges(
  admin: OffsetsAdmin,
  groupId: string,
  topic: string,
  partitions: readonly number[],
  openLog: OpenLog,
): Promise<ReadonlyMap<number, CommittedRange>> {
  if (partitions.length === 0) return new Map()
  const log = await admin.fetchTopicOffsets(topic)
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return new Map(
    partitions.map(partition => {
      const ends = log.find(known => known.partition === partition)
      const commit = commits?.partitions.find(known => known.partition === partition)
      const committed = commit && isOfLog(commit.metadata, openLog) ? Number(commit.offset) : -1
      const range = { low: Number(ends?.low ?? 0), high: Number(ends?.high ?? 0) }
      return [partition, committed >= 0 ? { ...range, committed } : range]
    }),
  )
}

/** Where a group has to go on in the partitions that a member was given: at its commits, or at the log's beginning. */
export async function committedPositions(
  admin: OffsetsAdmin,
  groupId: string,
  topic: string,
  partitions: readonly number[],
  openLog: OpenLog,
): Promise<ReadonlyMap<number, LogPosition>> {
  const ranges = await committedRanges(admin, groupId, topic, partitions, openLog)
  return new Map(
    // A commit below the beginning of the log stays: that what lies between is gone has to be told.
    [...ranges].map(([partition, { low, committed = low }]) => [partition, new LogPosition(committed)]),
  )
}

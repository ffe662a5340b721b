import type { Logs, OpenLog } from '../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { type Checkpoint, parseCheckpoint } from '../windows/checkpoint.ts'
import { isOfLog } from './log-commit.ts'

export interface Restored {
  readonly topic: string
  readonly partition: number
  /** Partitions of the topic. */
  readonly partitions: number
  /** How many it had when the group last committed, if some were added since. */
  readonly partitionsBefore: number | undefined
  /** Where the log has to be read from. */
  readonly start: number
  readonly checkpoint: Checkpoint | undefined
  readonly log: OpenLog
  /** The checkpoint is no commit: it is where a log begins that is not the first. */
  readonly isNewLog: boolean
}

export interface RestoreOptions {
  readonly admin: OffsetsAdmin
  readonly groupId: string
  readonly logs: Logs
  /** By series: the newest window that holds this time or begins before it. Windows up to there are closed in a new log. */
  readonly closedUntil: (topic: string, time: number) => Checkpoint['closed']
}

/** Reads the checkpoints of the partitions that this member was given. */
export async function restore(
  { admin, groupId, logs, closedUntil }: RestoreOptions,
  assignment: Readonly<Record<string, readonly number[]>>,
): Promise<Restored[]> {
  const topics = Object.keys(assignment).filter(topic => (assignment[topic]?.length ?? 0) > 0)
  if (topics.length === 0) return []
  const committed = await admin.fetchOffsets({ groupId, topics })
  const perTopic = await Promise.all(
    topics.map(async topic => {
      const log = await admin.fetchTopicOffsets(topic)
      const openLog = logs.of(topic)
      const commits = (committed.find(commit => commit.topic === topic)?.partitions ?? []).filter(
        ({ metadata }) => isOfLog(metadata, openLog),
      )
      const checkpoints = new Map(
        commits.map(({ partition, offset, metadata }) => [
          partition,
          parseCheckpoint(Number(offset), metadata),
        ]),
      )
      const partitionsBefore = fewer(log.length, [...checkpoints.values()])
      return (assignment[topic] ?? []).map((partition): Restored => {
        const committedAt = checkpoints.get(partition)
        const isNewLog = committedAt === undefined && openLog.closedUntil !== null
        const low = Number(log.find(candidate => candidate.partition === partition)?.low ?? 0)
        const checkpoint =
          openLog.closedUntil !== null && committedAt === undefined
            ? { offset: low, at: 0, closed: closedUntil(topic, openLog.closedUntil) }
            : committedAt
        return {
          topic,
          partition,
          partitions: log.length,
          partitionsBefore,
          checkpoint,
          log: openLog,
          isNewLog,
          start: Math.max(low, checkpoint?.offset ?? 0),
        }
      })
    }),
  )
  return perTopic.flat()
}

/** The least number of partitions that a checkpoint of the topic speaks of, if it is less than there are. */
function fewer(partitions: number, checkpoints: readonly (Checkpoint | undefined)[]): number | undefined {
  const least = Math.min(...checkpoints.map(checkpoint => checkpoint?.partitions ?? partitions))
  return least < partitions ? least : undefined
}

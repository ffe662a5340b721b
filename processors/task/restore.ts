import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { type Checkpoint, parseCheckpoint } from '../windows/checkpoint.ts'

export interface Restored {
  readonly topic: string
  readonly partition: number
  /** Partitions of the topic. */
  readonly partitions: number
  /** Where the log has to be read from. */
  readonly start: number
  readonly checkpoint: Checkpoint | undefined
}

/** Reads the checkpoints of the partitions that this member was given. */
export async function restore(
  admin: OffsetsAdmin,
  groupId: string,
  assignment: Readonly<Record<string, readonly number[]>>,
): Promise<Restored[]> {
  const topics = Object.keys(assignment).filter(topic => (assignment[topic]?.length ?? 0) > 0)
  if (topics.length === 0) return []
  const committed = await admin.fetchOffsets({ groupId, topics })
  const perTopic = await Promise.all(
    topics.map(async topic => {
      const log = await admin.fetchTopicOffsets(topic)
      const commits = committed.find(commit => commit.topic === topic)?.partitions ?? []
      return (assignment[topic] ?? []).map((partition): Restored => {
        const commit = commits.find(candidate => candidate.partition === partition)
        const checkpoint = parseCheckpoint(Number(commit?.offset ?? -1), commit?.metadata ?? null)
        const low = Number(log.find(candidate => candidate.partition === partition)?.low ?? 0)
        return {
          topic,
          partition,
          partitions: log.length,
          checkpoint,
          start: Math.max(low, checkpoint?.offset ?? 0),
        }
      })
    }),
  )
  return perTopic.flat()
}

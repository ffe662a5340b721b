import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import { type Checkpoint, parseCheckpoint } from '../windows/checkpoint.ts'

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
      const checkpoints = new Map(
        commits.map(({ partition, offset, metadata }) => [
          partition,
          parseCheckpoint(Number(offset), metadata),
        ]),
      )
      const partitionsBefore = fewer(log.length, [...checkpoints.values()])
      return (assignment[topic] ?? []).map((partition): Restored => {
        const checkpoint = checkpoints.get(partition)
        const low = Number(log.find(candidate => candidate.partition === partition)?.low ?? 0)
        return {
          topic,
          partition,
          partitions: log.length,
          partitionsBefore,
          checkpoint,
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

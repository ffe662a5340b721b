import type { OpenLog } from '../../../platform/epochs/open-log.ts'
import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { isOfLog } from '../../task/log-commit.ts'

/** What was said so long ago is of no use to somebody who is woken up now, ms of wall time. */
const lookBackMs = 15 * 60_000

/** What a group committed for kpi.regional. */
export interface Commit {
  /** -1 where it never did. */
  readonly offset: number
  readonly metadata: string | null
}

/** What was committed of this log. */
export async function readCommit(admin: OffsetsAdmin, groupId: string, openLog: OpenLog): Promise<Commit> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topicNames.regional] })
  const commit = group?.partitions[0]
  if (commit && !isOfLog(commit.metadata, openLog)) return { offset: -1, metadata: null }
  return { offset: Number(commit?.offset ?? -1), metadata: commit?.metadata ?? null }
}

/** Where kpi.regional is to be read from: the commit; without one, the newest windows. @param now wall time, epoch ms */
export async function firstPosition(admin: OffsetsAdmin, commit: Commit, now: number): Promise<number> {
  const topic = topicNames.regional
  const [log] = await admin.fetchTopicOffsets(topic)
  const low = Number(log?.low ?? 0)
  if (commit.offset >= 0) return Math.max(low, commit.offset)
  const [since] = await admin.fetchTopicOffsetsByTimestamp(topic, now - lookBackMs)
  return Math.max(low, Number(since?.offset ?? low))
}

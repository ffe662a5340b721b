import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { topicNames } from '../../../schemas/topics.ts'

/** What was said so long ago is of no use to somebody who is woken up now, ms of wall time. */
const lookBackMs = 15 * 60_000

/** Where kpi.regional is to be read from: the commit; without one, the newest windows. @param now wall time, epoch ms */
export async function firstPosition(admin: OffsetsAdmin, groupId: string, now: number): Promise<number> {
  const topic = topicNames.regional
  const [log] = await admin.fetchTopicOffsets(topic)
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const low = Number(log?.low ?? 0)
  const commit = Number(group?.partitions[0]?.offset ?? -1)
  if (commit >= 0) return Math.max(low, commit)
  const [since] = await admin.fetchTopicOffsetsByTimestamp(topic, now - lookBackMs)
  return Math.max(low, Number(since?.offset ?? low))
}

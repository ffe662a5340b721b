import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'

const pauseMs = 300
/** A broker that starts, or wakes up, catches up within seconds on an idle machine. */
const longestMs = 180_000

/**
 * Resolves when every partition has all its replicas in sync.
 * @throws Error naming a partition that has not
 */
export async function untilInSync(kafka: Kafka): Promise<void> {
  const deadline = Date.now() + longestMs
  for (;;) {
    const behind = await outOfSync(kafka)
    if (behind === null) return
    if (Date.now() > deadline) throw new Error(`not in sync within ${longestMs / 1000} s: ${behind}`)
    await sleep(pauseMs)
  }
}

/** What is not in sync yet, or null. */
async function outOfSync(kafka: Kafka): Promise<string | null> {
  // A new client each time: one that is told to ask a broker that is away would ask it again and again.
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata()
    for (const { name, partitions } of topics) {
      const behind = partitions.find(({ isr, replicas }) => isr.length < replicas.length)
      if (behind) return `${name}/${behind.partitionId} is in sync on ${behind.isr.join(', ')} only`
    }
    return topics.length > 0 ? null : 'no topics'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await admin.disconnect()
  }
}

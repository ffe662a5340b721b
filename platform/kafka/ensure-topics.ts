import { setTimeout } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import { topics } from '../../schemas/topics.ts'

const electionMs = 15_000
const pauseMs = 50

/** Creates the topics that are missing; safe when several processes do it at once. All can be read once it resolves. */
export async function ensureTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = topics.filter(topic => !existing.has(topic.name))
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ name, partitions, cleanup, retentionMs }) => ({
          topic: name,
          numPartitions: partitions,
          // -1: the cluster's default, which is what production sets.
          replicationFactor: -1,
          configEntries: [
            { name: 'cleanup.policy', value: cleanup },
            { name: 'retention.ms', value: String(retentionMs) },
          ],
        })),
      })
    }
    await Promise.all(topics.map(({ name }) => untilLed(admin, name)))
  } finally {
    await admin.disconnect()
  }
}

/** A leader is named before it knows that it is one, and refuses until then: also when another process made the topic. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  for (let tries = electionMs / pauseMs; ; tries--) {
    try {
      await admin.fetchTopicOffsets(topic)
      return
    } catch (error) {
      if (tries <= 0 || !isRetriable(error)) throw error
      await setTimeout(pauseMs)
    }
  }
}

/** kafkajs does not export its errors' class to ES modules. */
function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true
}

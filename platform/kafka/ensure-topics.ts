import type { Kafka } from 'kafkajs'
import { topics } from '../../schemas/topics.ts'

/** Creates the topics that are missing; safe when several processes do it at once. */
export async function ensureTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = topics.filter(topic => !existing.has(topic.name))
    if (missing.length === 0) return
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
  } finally {
    await admin.disconnect()
  }
}

import type { Kafka } from 'kafkajs'
import { topicNames, topics } from '../../schemas/topics.ts'
import { CodedError } from '../errors.ts'
import { LastingAdmin } from './lasting-admin.ts'

const electionMs = 30_000

/** Topics whose messages must stay in one order. */
const inOneOrder: ReadonlySet<string> = new Set([
  topicNames.regional,
  topicNames.epochs,
  topicNames.assets,
  topicNames.alerts,
  topicNames.alertCommands,
  topicNames.silences,
  topicNames.alertState,
  topicNames.alertRules,
  topicNames.notifications,
])

/**
 * Creates the topics that are missing; safe when several processes do it at once. All can be read once it resolves.
 * @throws CodedError `topic_divided` where partitions were added to a topic that must have one
 */
export async function ensureTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = topics.filter(topic => !existing.has(topic.name))
    if (missing.length > 0) {
      await admin.createTopics({
        // Another broker may not have heard of them yet, which kafkajs takes for a failure; they are waited for below.
        waitForLeaders: false,
        topics: missing.map(({ name, partitions, cleanup, retentionMs, segmentBytes }) => ({
          topic: name,
          numPartitions: partitions,
          // -1: the cluster's default, which is what production sets.
          replicationFactor: -1,
          configEntries: [
            { name: 'cleanup.policy', value: cleanup },
            { name: 'retention.ms', value: String(retentionMs) },
            ...(segmentBytes === undefined ? [] : [{ name: 'segment.bytes', value: String(segmentBytes) }]),
          ],
        })),
      })
    }
  } finally {
    await admin.disconnect()
  }
  await untilLed(kafka)
}

function divided(topic: string, partitions: number): CodedError {
  return new CodedError(
    'topic_divided',
    `${topic} has ${partitions} partitions, its order needs exactly one`,
    {
      hint: 'partitions cannot be taken away: create the topic anew with one and copy its messages',
    },
  )
}

/** A leader is named before it knows that it is one, and refuses until then: also when another process made the topic. */
async function untilLed(kafka: Kafka): Promise<void> {
  const admin = new LastingAdmin(kafka, electionMs)
  try {
    // One after the other: kafkajs takes each new topic into its metadata under a lock for which it does not wait long.
    for (const { name } of topics) {
      const { length } = await admin.fetchTopicOffsets(name)
      if (inOneOrder.has(name) && length !== 1) throw divided(name, length)
    }
  } finally {
    await admin.disconnect()
  }
}

import { Kafka, logLevel } from 'kafkajs'
import { expect, vi } from 'vitest'
import { recordIds } from '../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import type { Product } from './product.ts'

/** Waits until the archive has committed everything that is in the topics of readings. */
export async function archived(product: Product): Promise<void> {
  await consumed(
    product,
    recordIds.map(telemetryTopic).map(topic => ({ group: `citybrain-archive-${topic}`, topic })),
  )
}

/** Waits until every late notice was dealt with and what came of it is stored. */
export async function corrected(product: Product): Promise<void> {
  await consumed(product, [
    { group: 'citybrain-correct', topic: topicNames.late },
    { group: `citybrain-archive-${topicNames.regional}`, topic: topicNames.regional },
  ])
}

/** Waits until the groups have committed the ends of their topics, all at one moment. */
async function consumed(
  { urls }: Product,
  readers: readonly { readonly group: string; readonly topic: string }[],
): Promise<void> {
  const admin = new Kafka({ brokers: [urls.kafka], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await vi.waitFor(
      async () => {
        for (const { group, topic } of readers) {
          const ends = await admin.fetchTopicOffsets(topic)
          const [commits] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
          for (const { partition, high } of ends) {
            const commit = commits?.partitions.find(candidate => candidate.partition === partition)
            expect(Math.max(0, Number(commit?.offset ?? 0)), `${topic}/${partition}`).toBe(Number(high))
          }
        }
      },
      { timeout: 240_000, interval: 500 },
    )
  } finally {
    await admin.disconnect()
  }
}

import { Kafka, logLevel } from 'kafkajs'
import { expect, vi } from 'vitest'
import { recordIds } from '../../schemas/records/record.ts'
import { telemetryTopic } from '../../schemas/topics.ts'
import type { Product } from './product.ts'

/** Waits until the archive has committed everything that is in the topics of readings. */
export async function archived({ urls }: Product): Promise<void> {
  const kafka = new Kafka({ brokers: [urls.kafka], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    await vi.waitFor(
      async () => {
        for (const topic of recordIds.map(telemetryTopic)) {
          const ends = await admin.fetchTopicOffsets(topic)
          const committed = await admin.fetchOffsets({
            groupId: `citybrain-archive-${topic}`,
            topics: [topic],
          })
          for (const { partition, high } of ends) {
            const offset = committed[0]?.partitions.find(commit => commit.partition === partition)?.offset
            expect(Math.max(0, Number(offset)), `${topic}/${partition}`).toBe(Number(high))
          }
        }
      },
      { timeout: 120_000, interval: 500 },
    )
  } finally {
    await admin.disconnect()
  }
}

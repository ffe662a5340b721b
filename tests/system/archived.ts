import { type Admin, Kafka, logLevel } from 'kafkajs'
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
  await consumed(product, [{ group: 'citybrain-correct', topic: topicNames.late }])
  // Windows go on being told: what counts is what was told by now.
  const { regional } = topicNames
  const told = await withAdmin(product, admin => admin.fetchTopicOffsets(regional))
  await withAdmin(product, admin =>
    vi.waitFor(() => expectCommitted(admin, `citybrain-archive-${regional}`, regional, told), patience),
  )
}

const patience = { timeout: 300_000, interval: 500 }

interface Reader {
  readonly group: string
  readonly topic: string
}

/** Waits until the groups have committed the ends of their topics, all at one moment. */
async function consumed(product: Product, readers: readonly Reader[]): Promise<void> {
  await withAdmin(product, admin =>
    vi.waitFor(async () => {
      for (const { group, topic } of readers) {
        await expectCommitted(admin, group, topic, await admin.fetchTopicOffsets(topic))
      }
    }, patience),
  )
}

async function expectCommitted(
  admin: Admin,
  group: string,
  topic: string,
  ends: readonly { readonly partition: number; readonly high: string }[],
): Promise<void> {
  const [commits] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  for (const { partition, high } of ends) {
    const commit = commits?.partitions.find(candidate => candidate.partition === partition)
    // Where nothing was committed Kafka says -1.
    const committed = Math.max(0, Number(commit?.offset ?? 0))
    expect(committed, `${topic}/${partition}`).toBeGreaterThanOrEqual(Number(high))
  }
}

async function withAdmin<T>({ urls }: Product, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [urls.kafka], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await ask(admin)
  } finally {
    await admin.disconnect()
  }
}

import type { Kafka } from 'kafkajs'
import { messageOf } from '../../platform/errors.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import { metadataMaxAgeMs } from '../../platform/kafka/process-kafka.ts'
import type { Resource } from '../../platform/lifecycle.ts'

/** How many partitions some topics have; asked again as often as Kafka's clients ask, because partitions may be added. */
export class PartitionCounts implements Resource {
  readonly name = 'partition counts'
  private readonly kafka: Kafka
  private readonly admin: LastingAdmin
  private readonly topics: readonly string[]
  private readonly counts = new Map<string, number>()
  private timer: NodeJS.Timeout | undefined

  constructor(kafka: Kafka, topics: readonly string[]) {
    this.kafka = kafka
    this.admin = new LastingAdmin(kafka)
    this.topics = topics
  }

  async start(): Promise<void> {
    await this.ask()
    this.timer = setInterval(() => {
      this.ask().catch(error => {
        // What is known holds on; brokers that are away are everybody's trouble.
        this.kafka.logger().warn('partitions not known', { reason: messageOf(error) })
      })
    }, metadataMaxAgeMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.admin.disconnect()
  }

  /** @throws Error before it is started */
  of(topic: string): number {
    const count = this.counts.get(topic)
    if (count === undefined) throw new Error(`partitions of ${topic} are not known: not started`)
    return count
  }

  private async ask(): Promise<void> {
    for (const topic of this.topics) {
      const { length } = await this.admin.fetchTopicOffsets(topic)
      this.counts.set(topic, length)
    }
  }
}

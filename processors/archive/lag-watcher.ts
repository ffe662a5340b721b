import type { Admin, Kafka } from 'kafkajs'
import { messageOf } from '../../platform/errors.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { TopicArchiver } from './topic-archiver.ts'

export interface LagWatcherOptions {
  readonly kafka: Kafka
  readonly archivers: readonly TopicArchiver[]
  readonly log: Log
}

const everyMs = 10_000

/** Tells the archivers where their topics end, so that the lag is right while ClickHouse is away too. */
export class LagWatcher implements Resource {
  readonly name = 'lag watcher'
  private readonly options: LagWatcherOptions
  private readonly admin: Admin
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  constructor(options: LagWatcherOptions) {
    this.options = options
    this.admin = options.kafka.admin()
  }

  async start(): Promise<void> {
    await this.admin.connect()
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = undefined
      })
    }, everyMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.admin.disconnect()
  }

  private async look(): Promise<void> {
    for (const archiver of this.options.archivers) {
      try {
        const ends = await this.admin.fetchTopicOffsets(archiver.topic)
        for (const { partition, high } of ends) archiver.observeEnd(partition, Number(high))
      } catch (error) {
        this.options.log.warn({ topic: archiver.topic, reason: messageOf(error) }, 'end of topic not known')
      }
    }
  }
}

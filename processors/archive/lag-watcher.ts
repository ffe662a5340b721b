import { messageOf } from '../../platform/errors.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { TopicArchiver } from './topic-archiver.ts'

export interface LagWatcherOptions {
  readonly admin: OffsetsAdmin
  readonly archivers: readonly TopicArchiver[]
  readonly log: Log
}

const everyMs = 10_000

/** Tells the archivers where their topics end, so that the lag is right while ClickHouse is away too. */
export class LagWatcher implements Resource {
  readonly name = 'lag watcher'
  private readonly options: LagWatcherOptions
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  constructor(options: LagWatcherOptions) {
    this.options = options
  }

  async start(): Promise<void> {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = undefined
      })
    }, everyMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
  }

  private async look(): Promise<void> {
    for (const archiver of this.options.archivers) {
      try {
        const ends = await this.options.admin.fetchTopicOffsets(archiver.topic)
        for (const { partition, high } of ends) archiver.observeEnd(partition, Number(high))
      } catch (error) {
        this.options.log.warn({ topic: archiver.topic, reason: messageOf(error) }, 'end of topic not known')
      }
    }
  }
}

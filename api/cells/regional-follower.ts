import { setTimeout } from 'node:timers/promises'
import type { Kafka, KafkaMessage } from 'kafkajs'
import { AvroReader } from '../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import { type Clock, wallClock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import { TopicFollower } from '../../platform/kafka/topic-follower.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { LogReader, Standing } from '../../platform/ready/log-lag.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { RegionalMessage } from './regional-message.ts'
import { regionalFields } from './regional-message.ts'

/** A scrape of the metrics waits no longer than this for the broker. */
const answerWithinMs = 1_000

export interface RegionalFollowerOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly log: Log
  readonly metrics: Metrics
  /** Of what was said longer ago every window is final, and comes from ClickHouse; ms of wall time. */
  readonly lookBackMs: number
  /** Kafka's timestamps are wall time. */
  readonly wall?: Clock
  readonly onMessage: (message: RegionalMessage, offset: number) => void
  /** From this offset on everything is given to `onMessage`; told before the first message. */
  readonly onBegin: (offset: number) => void
  /** Everything below this offset has been given to `onMessage`. */
  readonly onPosition: (position: number) => void
}

/** Follows `kpi.regional`; once started, everything that was in its log has been handed over. */
export class RegionalFollower implements Resource, LogReader {
  readonly name = 'kpi.regional'
  readonly topics = [topicNames.regional]
  private readonly options: RegionalFollowerOptions
  private readonly reader: AvroReader<RegionalMessage>
  private readonly admin: LastingAdmin
  private readonly messages
  private readonly undecodable
  private follower: TopicFollower | undefined
  private position = 0
  private end = 0
  private asking: Promise<number> | undefined
  private begun = false

  constructor(options: RegionalFollowerOptions) {
    const { kafka, registry, metrics } = options
    this.options = options
    this.reader = new AvroReader(registry, topicNames.regional, regionalFields)
    this.admin = new LastingAdmin(kafka, answerWithinMs)
    this.messages = metrics.counter('regional_messages', 'messages of kpi.regional read')
    this.undecodable = metrics.counter(
      'regional_undecodable',
      'messages of kpi.regional that could not be read',
    )
    metrics.gauge('follow_lag_messages', 'messages of kpi.regional not read yet', [], () => this.lag())
  }

  async start(): Promise<void> {
    const { kafka, log, lookBackMs, wall = wallClock } = this.options
    await this.admin.connect()
    const endAtStart = await this.fetchEnd()
    const follower = new TopicFollower({
      kafka,
      topic: topicNames.regional,
      follower: 'api',
      from: { sinceMs: wall.now() - lookBackMs },
      onMessages: messages => this.take(messages),
      log,
    })
    this.follower = follower
    await follower.start()
    this.begin(endAtStart)
    this.advance(endAtStart)
    log.info({ position: this.position }, 'following kpi.regional')
  }

  standings(): readonly Standing[] | undefined {
    return this.follower?.standings()
  }

  async stop(): Promise<void> {
    const follower = this.follower
    this.follower = undefined
    await follower?.stop()
    await this.admin.disconnect()
  }

  private async take(messages: readonly KafkaMessage[]): Promise<void> {
    for (const message of messages) {
      this.messages.inc()
      const offset = Number(message.offset)
      this.begin(offset)
      const decoded = await this.decode(message)
      if (decoded) this.options.onMessage(decoded, offset)
      this.advance(offset + 1)
    }
  }

  /** One message that nobody can read must not stop the wall; a registry that is away must. */
  private async decode({ value, offset }: KafkaMessage): Promise<RegionalMessage | undefined> {
    if (value === null) return undefined
    await this.reader.prepare([{ value }])
    try {
      return this.reader.decode(value)
    } catch (error) {
      this.undecodable.inc()
      this.options.log.warn({ offset, reason: messageOf(error) }, 'a message of kpi.regional cannot be read')
      return undefined
    }
  }

  private begin(offset: number): void {
    if (this.begun) return
    this.begun = true
    this.options.onBegin(offset)
  }

  private advance(position: number): void {
    this.position = Math.max(this.position, position)
    this.options.onPosition(this.position)
  }

  private async fetchEnd(): Promise<number> {
    const [only] = await this.admin.fetchTopicOffsets(topicNames.regional)
    this.end = Number(only?.high ?? 0)
    return this.end
  }

  /** Asks the broker when the metrics are read; while it does not answer, the end known last stands. */
  private async lag(): Promise<number> {
    this.asking ??= this.fetchEnd()
      .catch(error => {
        this.options.log.debug({ reason: messageOf(error) }, 'the end of kpi.regional is not known')
        return this.end
      })
      .finally(() => {
        this.asking = undefined
      })
    await Promise.race([this.asking, setTimeout(answerWithinMs, undefined, { ref: false })])
    return Math.max(0, this.end - this.position)
  }
}

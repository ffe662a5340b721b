import type { Kafka, Message, Producer, RecordMetadata, TopicMessages } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { CompressionTypes } from '../../../platform/kafka/kafkajs.ts'
import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { tooLarge } from '../../../platform/kafka/message-size.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { requests } from '../../publish/requests.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'
import { type AlertRecords, alertTopics, type Written } from './alert-records.ts'
import { OwnAppends } from './own-appends.ts'

type Writers = { readonly [T in keyof AlertRecords]: AvroWriter<AlertRecords[T]> }

/** What one tenure writes. */
export interface AlertWriter {
  /** Of alerting's topics, what this tenure wrote. */
  readonly appends: OwnAppends
  /** Resolves once every in-sync replica has all of it; nothing is written once another tenure has begun. */
  publish(written: readonly Written[]): Promise<void>
  /** Whether nobody else wrote to alerting's topics since this tenure began. */
  isAlone(): Promise<boolean>
}

export interface AlertPublisherOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly admin: OffsetsAdmin
  readonly log: Log
  readonly metrics: Pick<AlertingMetrics, 'failures'>
}

/**
 * Writes alerting's topics in the order of the calls. One message that no broker takes is named and left out: what is bounded
 * where it is made never is so large, and if something is all the same, everybody else's alerts go on.
 */
export class AlertPublisher implements Resource {
  readonly name = 'alert publisher'
  private readonly options: AlertPublisherOptions
  private readonly producer: Producer
  private writers: Writers | undefined
  private current: OwnAppends | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(options: AlertPublisherOptions) {
    this.options = options
    this.producer = options.kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 })
  }

  async start(): Promise<void> {
    await this.producer.connect()
    const { registry } = this.options
    this.writers = {
      [topicNames.alerts]: await avroWriter(registry, topicNames.alerts),
      [topicNames.silences]: await avroWriter(registry, topicNames.silences),
      [topicNames.alertState]: await avroWriter(registry, topicNames.alertState),
      [topicNames.alertRules]: await avroWriter(registry, topicNames.alertRules),
      [topicNames.notifications]: await avroWriter(registry, topicNames.notifications),
    }
  }

  async stop(): Promise<void> {
    await this.last.catch(() => undefined)
    await this.producer.disconnect()
  }

  /**
   * Begins a tenure: from now on nothing is written for the one before, so that the topics may be read. What that one did
   * not get written is as if the process had been killed then.
   */
  open(): Promise<AlertWriter> {
    this.current = undefined
    return this.inTurn(async () => {
      const appends = new OwnAppends(await this.ends())
      this.current = appends
      return {
        appends,
        publish: written => (written.length === 0 ? Promise.resolve() : this.publish(written, appends)),
        isAlone: () => this.inTurn(async () => appends.areAll(await this.ends())),
      }
    })
  }

  private publish(written: readonly Written[], appends: OwnAppends): Promise<void> {
    return this.inTurn(async () => {
      for (const topicMessages of requests(written.flatMap(one => this.messageOf(one)))) {
        if (this.current !== appends) return
        // State repeats its names and most of its numbers: a tenth of it is left.
        const compression = CompressionTypes.GZIP
        const answers = await this.producer.sendBatch({ acks: -1, compression, topicMessages })
        for (const { topic, messages } of topicMessages)
          appends.note(topic, firstOffset(answers, topic), messages.length)
      }
    })
  }

  /** One after the other: while it is asked where the logs end, nothing of ours is on its way there. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.catch(() => undefined).then(work)
    this.last = done
    return done
  }

  private async ends(): Promise<ReadonlyMap<string, number>> {
    const ends = alertTopics.map(async topic => {
      const [partition] = await this.options.admin.fetchTopicOffsets(topic)
      return [topic, Number(partition?.high ?? -1)] as const
    })
    return new Map(await Promise.all(ends))
  }

  private messageOf({ topic, key, value }: Written): readonly TopicMessages[] {
    const message: Message = { key, value: value === null ? null : this.encode(topic, value), partition: 0 }
    const problem = tooLarge(topic, message)
    if (!problem) return [{ topic, messages: [message] }]
    const { log, metrics } = this.options
    metrics.failures.inc({ what: problem.code })
    log.error({ topic, key, code: problem.code, reason: problem.message }, 'a message is left out')
    return []
  }

  private encode<T extends keyof AlertRecords>(topic: T, value: AlertRecords[T]): Buffer {
    if (!this.writers) throw new Error('alert publisher: not started')
    return this.writers[topic].encode(value)
  }
}

function firstOffset(answers: readonly RecordMetadata[], topic: string): number | undefined {
  const answer = answers.find(({ topicName, partition }) => topicName === topic && partition === 0)
  return answer?.baseOffset === undefined ? undefined : Number(answer.baseOffset)
}

import type { Kafka, Producer } from 'kafkajs'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { tooLarge } from '../../platform/kafka/message-size.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { type Outgoing, SendQueue } from './send-queue.ts'

export interface ProduceQueueOptions {
  readonly kafka: Kafka
  readonly log: Log
  readonly metrics: Metrics
  /** How long a message waits for company, ms. */
  readonly lingerMs: number
  /** How long a sender waits for Kafka's acknowledgement, ms. */
  readonly timeoutMs: number
}

/**
 * All bytes of a topic may be for one partition, and a broker refuses a record batch above message.max.bytes, by
 * default 1 MiB. kafkajs groups messages by partition in time quadratic in their number: 2,000 cost it 0.2 µs each.
 */
const parcelLimits = { topicBytes: 900_000, topicMessages: 2_000 }

/**
 * Sends to Kafka with acks=all, one produce request at a time: what arrives meanwhile, from any number of senders,
 * shares the next one. The producer is not idempotent: kafkajs cannot go on after a broker has lost the producer's
 * sequence, and a message sent twice is harmless here, because a reading that comes again is a duplicate.
 */
export class ProduceQueue implements Resource {
  readonly name = 'producer'
  private readonly options: ProduceQueueOptions
  private readonly producer: Producer
  private readonly queue = new SendQueue(parcelLimits)
  private lingering: NodeJS.Timeout | undefined
  private producing = false
  private stalled = false
  private stopping = false
  private readonly seconds
  private readonly bytes
  private readonly messages
  private readonly tooLarge

  constructor(options: ProduceQueueOptions) {
    this.options = options
    this.producer = options.kafka.producer({
      // Any producer, of any language, puts an asset's messages into the same partition.
      allowAutoTopicCreation: false,
    })
    const { metrics } = options
    const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    this.seconds = metrics.histogram('produce_seconds', 'from produce request to acknowledgement', buckets)
    this.bytes = metrics.counter('produced_bytes', 'bytes of records acknowledged by Kafka, by topic', [
      'topic',
    ])
    this.tooLarge = metrics.counter('messages_too_large', 'sends with a message that no broker takes', [
      'topic',
    ])
    this.messages = metrics.gauge('queued_messages', 'messages that Kafka has not acknowledged yet')
  }

  /** Why nothing can be sent now, or null. */
  get notReady(): string | null {
    return this.stalled ? 'Kafka does not acknowledge' : null
  }

  start(): Promise<void> {
    return this.producer.connect()
  }

  /** Waits until everything is acknowledged or given up. */
  async stop(): Promise<void> {
    this.stopping = true
    this.flush()
    await this.queue.drained()
    clearTimeout(this.lingering)
    await this.producer.disconnect()
  }

  /**
   * Resolves when Kafka has acknowledged all of them.
   * @param signal nobody waits for them any more: what is not in a produce request yet is dropped
   * @throws CodedError `message_too_large`: nothing was sent; `broker_unavailable`: some may have been written, none is promised.
   * @throws the signal's reason.
   */
  async send(messages: readonly Outgoing[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (messages.length === 0) return
    if (this.stopping) throw unavailable('ingest is stopping')
    // Alone it would fail what others sent in the same request.
    for (const { topic, key, value } of messages) {
      const problem = tooLarge(topic, { key, value })
      if (!problem) continue
      this.tooLarge.inc({ topic })
      this.options.log.error({ topic, key, code: problem.code, reason: problem.message }, 'not sent')
      throw problem
    }
    // While a request hangs a new one would only fail later: say so at once.
    if (this.stalled) throw unavailable('Kafka does not acknowledge')
    const sent = this.queue.add(messages)
    this.messages.set(this.queue.size)
    const deadline = setTimeout(() => {
      this.stalled = this.producing
      sent.fail(unavailable(`Kafka did not acknowledge within ${this.options.timeoutMs} ms`))
    }, this.options.timeoutMs)
    const drop = () => sent.fail(signal?.reason)
    signal?.addEventListener('abort', drop, { once: true })
    if (this.queue.full) this.flush()
    else this.lingering ??= setTimeout(() => this.flush(), this.options.lingerMs)
    try {
      await sent.promise
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', drop)
    }
  }

  private flush(): void {
    clearTimeout(this.lingering)
    this.lingering = undefined
    if (!this.producing) void this.produce()
  }

  private async produce(): Promise<void> {
    this.producing = true
    try {
      for (let parcel = this.queue.take(); parcel; parcel = this.queue.take()) {
        const end = this.seconds.startTimer()
        try {
          await this.producer.sendBatch({ acks: -1, topicMessages: parcel.topicMessages })
          for (const { topic, bytes } of parcel.topicBytes) this.bytes.inc({ topic }, bytes)
          this.stalled = false
          parcel.acknowledge()
        } catch (error) {
          this.options.log.error({ reason: messageOf(error) }, 'Kafka refused a produce request')
          this.stalled = false
          parcel.fail(unavailable(`Kafka refused: ${messageOf(error)}`))
        }
        end()
        this.messages.set(this.queue.size)
      }
    } finally {
      this.producing = false
    }
  }
}

function unavailable(message: string): CodedError {
  return new CodedError('broker_unavailable', message, {
    hint: 'send them all again; repetitions are harmless',
  })
}

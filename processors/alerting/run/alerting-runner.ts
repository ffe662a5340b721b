import { setImmediate } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { AvroReader } from '../../../platform/avro/avro-reader.ts'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import type { LogReader, Standing } from '../../../platform/ready/log-lag.ts'
import { topicNames } from '../../../schemas/topics.ts'
import { type LogPosition, standingsOf } from '../../task/log-position.ts'
import { from } from '../../task/running-task.ts'
import { withHeartbeats } from '../../task/with-heartbeats.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'
import type { JudgedMessage } from '../engine/judged-message.ts'
import { type Owned, Tenure } from './tenure.ts'

/** Who owns the only partition of kpi.regional owns all alerts. */
export const alertingGroup = 'citybrain-alerting'

/** Heartbeats and answers wait no longer for a batch, ms of wall time. */
const mostAtOnceMs = 100

export interface AlertingRunnerOptions {
  readonly kafka: Kafka
  readonly reader: AvroReader<JudgedMessage>
  /** Loads what was known. */
  readonly load: () => Promise<Owned>
  /** Why what a tenure knows has to be loaded again after its session was lost; null where it holds. */
  readonly mayBeOutdated: (tenure: Tenure, owned: Owned) => Promise<string | null>
  /** Tells what the engine has to say; resolves when it is acknowledged. */
  readonly tell: (owned: Owned) => Promise<void>
  /** Writes what the engine knows; resolves when it is acknowledged. */
  readonly keep: (owned: Owned) => Promise<void>
  /** What else happens while this member owns the partition. */
  readonly begin: (tenure: Tenure) => void
  readonly end: () => void
  /** How often what is known is written and committed, ms of wall time. */
  readonly keepEveryMs: number
  readonly log: Log
  readonly metrics: AlertingMetrics
  readonly fail: (error: unknown) => void
}

/**
 * Reads kpi.regional in the order of its log, while this member owns it. Alerts are published before anything else is
 * taken in; the offset is committed after what is known has been written. May be repeated from any commit.
 */
export class AlertingRunner implements Resource, LogReader {
  readonly name = 'alerting'
  readonly topics = [topicNames.regional]
  private readonly options: AlertingRunnerOptions
  private consumer: Consumer | undefined
  private tenure: Tenure | undefined
  /** Undefined while it is not known what is owned here. */
  private known: readonly LogPosition[] | undefined
  private timer: NodeJS.Timeout | undefined
  private committed = -1

  constructor(options: AlertingRunnerOptions) {
    this.options = options
  }

  async start(): Promise<void> {
    const { kafka, fail, log, keepEveryMs } = this.options
    const consumer = kafka.consumer({ groupId: alertingGroup, maxWaitTimeInMs: 100 })
    this.consumer = consumer
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const owns = (payload.memberAssignment[topicNames.regional] ?? []).length > 0
      log.info({ owns }, 'partitions assigned')
      if (!owns) {
        this.dismiss()
        this.known = []
      } else if (this.tenure) this.goOn(this.tenure)
      else this.take()
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      log.error({ reason: messageOf(payload.error), restart: payload.restart }, 'consumer crashed')
      if (!payload.restart) fail(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topic: topicNames.regional, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: payload => withHeartbeats(this.onBatch(payload), payload.heartbeat),
    })
    this.timer = setInterval(() => void this.keep().catch(fail), keepEveryMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.keep()
    this.dismiss()
    const { consumer } = this
    this.consumer = undefined
    await consumer?.disconnect()
  }

  standings(): readonly Standing[] | undefined {
    return this.known && standingsOf(topicNames.regional, new Map(this.known.entries()))
  }

  /** Whether what a tenure has to say still counts. */
  isCurrent(tenure: Tenure): boolean {
    return this.tenure === tenure
  }

  private take(): void {
    const { load, begin, fail } = this.options
    const tenure = new Tenure(load)
    this.tenure = tenure
    this.known = undefined
    this.committed = -1
    tenure.ready.then(({ position }) => {
      if (this.tenure !== tenure) return
      this.known = [position]
      begin(tenure)
    }, fail)
  }

  /**
   * The partition was given to this member again. Where nobody else had it meanwhile, as after a session that a starved
   * machine lost, everything known holds; kafkajs starts at the committed offset and is sent on to where this stands.
   */
  private goOn(tenure: Tenure): void {
    const { mayBeOutdated, log, fail } = this.options
    const decided = tenure.inTurn(async owned => {
      if (!this.isCurrent(tenure)) return
      const reason = await mayBeOutdated(tenure, owned)
      if (reason === null || !this.isCurrent(tenure)) return
      log.warn({ reason }, 'what is known is read again')
      this.dismiss()
      this.take()
    })
    decided.catch(fail)
  }

  private dismiss(): void {
    if (!this.tenure) return
    this.tenure = undefined
    this.options.end()
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { tenure } = this
    await tenure?.inTurn(async owned => {
      if (this.isCurrent(tenure)) await this.judge(owned, payload)
    })
  }

  private async judge(owned: Owned, { batch, resolveOffset }: EachBatchPayload): Promise<void> {
    if (batch.isEmpty() || !this.align(owned, Number(batch.firstOffset()), Number(batch.lastOffset()))) return
    const {
      engine,
      position,
      log: { base },
    } = owned
    const { reader, metrics, tell } = this.options
    await reader.prepare(batch.messages)
    let pauseAt = performance.now() + mostAtOnceMs
    for (const { value, offset } of from(batch.messages, position.next)) {
      const message = value && this.decode(value, offset)
      if (message) engine.judge(message, base + Number(offset))
      if (performance.now() < pauseAt) continue
      await setImmediate()
      pauseAt = performance.now() + mostAtOnceMs
    }
    await tell(owned)
    position.advance(Number(batch.lastOffset()))
    resolveOffset(batch.lastOffset())
    metrics.lag.set(Math.max(0, Number(batch.highWatermark) - position.next))
  }

  private decode(value: Buffer, offset: string): JudgedMessage | null {
    const { reader, metrics, log } = this.options
    try {
      return reader.decode(value)
    } catch (error) {
      if (error instanceof CodedError && error.code === 'schema_not_prepared') throw error
      metrics.failures.inc({ what: 'undecodable' })
      log.error({ offset, reason: messageOf(error) }, 'a message of kpi.regional cannot be read')
      return null
    }
  }

  /** Whether a batch comes next; if not, the consumer is sent to what does. */
  private align({ position }: Owned, first: number, last: number): boolean {
    const { metrics, log } = this.options
    const { next } = position
    const place = last < next ? 'behind' : position.place(first)
    if (place === 'next') return true
    if (place === 'after a gap') {
      metrics.failures.inc({ what: 'gap' })
      log.error({ expected: next, first }, 'windows are missing from the log')
      return true
    }
    this.consumer?.seek({ topic: topicNames.regional, partition: 0, offset: String(next) })
    return false
  }

  /** Writes what is known and commits how far that is. */
  private async keep(): Promise<void> {
    const { tenure } = this
    await tenure?.inTurn(async owned => {
      const { position } = owned.engine
      if (!this.isCurrent(tenure) || position === this.committed) return
      await this.options.keep(owned)
      if (!this.isCurrent(tenure)) return
      try {
        await this.consumer?.commitOffsets([
          {
            topic: topicNames.regional,
            partition: 0,
            offset: String(position - owned.log.base),
            metadata: tenure.commitMetadata(owned.log),
          },
        ])
        this.committed = position
      } catch (error) {
        // A rebalance is under way: whoever owns it next begins at the commit before.
        this.options.log.warn({ reason: messageOf(error) }, 'commit refused')
      }
    })
  }
}

import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { Logs } from '../../platform/epochs/open-log.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { LogReader, Standing } from '../../platform/ready/log-lag.ts'
import { type CommittedRange, committedRanges } from '../task/committed-positions.ts'
import { logMetadata } from '../task/log-commit.ts'
import { LogPosition, standingsOf } from '../task/log-position.ts'
import type { ArchiveMarks, Mark } from './archive-marks.ts'
import type { ArchiveMetrics } from './archive-metrics.ts'
import type { DeadLetters } from './dead-letters.ts'
import { type BatchLimits, batchLimits, type OffsetSpan, PendingBatch } from './pending-batch.ts'
import { settleBatch } from './settle-batch.ts'
import type { Sink } from './sinks/sink.ts'
import { TopicLag } from './topic-lag.ts'

export interface TopicArchiverOptions {
  readonly kafka: Kafka
  readonly admin: OffsetsAdmin
  readonly topic: string
  readonly logs: Logs
  readonly sink: Sink
  readonly deadLetters: DeadLetters
  readonly marks: ArchiveMarks
  /** Told before a partition is read again, because ClickHouse lost what it had of it. Resolves once that is kept. */
  readonly onLoss?: (partition: number, range: CommittedRange) => Promise<void>
  readonly metrics: ArchiveMetrics
  readonly log: Log
  readonly fail: (error: unknown) => void
  readonly limits?: BatchLimits
}

/** Consumer group of the archive of one topic. What it has committed was in ClickHouse once; the marks say what is. */
export function archiveGroup(topic: string): string {
  return `citybrain-archive-${topic}`
}

/**
 * Copies one topic into ClickHouse. Messages are gathered while the insert before them is under way; their offsets
 * are committed once ClickHouse has acknowledged them and a mark of how far they go, so a crash repeats inserts and never
 * skips one. What is committed and not marked is gone from ClickHouse: then the log is read again from its beginning.
 * What is delivered again, after a crash or a rebalance, is inserted again: the tables collapse it.
 */
export class TopicArchiver implements Resource, LogReader {
  readonly name: string
  readonly topic: string
  readonly topics: readonly string[]
  private readonly options: TopicArchiverOptions
  private readonly limits: BatchLimits
  private readonly pending = new PendingBatch()
  private readonly stopping = new AbortController()
  private consumer: Consumer | undefined
  private timer: NodeJS.Timeout | undefined
  private writing: Promise<void> | undefined
  /** Ends with the newest commit; the next batch is written meanwhile. */
  private settling: Promise<void> = Promise.resolve()
  private paused = false
  private overdue = false
  private readonly lag = new TopicLag()
  /** How often one of its partitions was read again. */
  private round = 0
  private positions: Promise<ReadonlyMap<number, LogPosition>> = Promise.resolve(new Map())
  private known: ReadonlyMap<number, LogPosition> | undefined

  constructor(options: TopicArchiverOptions) {
    this.options = options
    this.limits = options.limits ?? batchLimits
    this.topic = options.topic
    this.topics = [options.topic]
    this.name = `archive of ${options.topic}`
  }

  async start(): Promise<void> {
    const { kafka, topic, fail } = this.options
    const consumer = kafka.consumer({
      groupId: archiveGroup(topic),
      // Few, large fetches: the table may be a second behind.
      minBytes: 65_536,
      maxWaitTimeInMs: 500,
    })
    this.consumer = consumer
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.startOver(consumer, payload.memberAssignment[topic] ?? [])
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) fail(new CodedError('archive_crashed', `${topic}: ${payload.error.message}`))
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: payload => this.take(payload),
    })
  }

  /** Writes what waits if ClickHouse answers now; what it leaves is delivered again at the next start. */
  async stop(): Promise<void> {
    const { consumer } = this
    const { topic, log } = this.options
    this.consumer = undefined
    if (!consumer) return
    clearTimeout(this.timer)
    consumer.pause([{ topic }])
    const giveUp = setTimeout(() => this.stopping.abort(new Error('stopping')), stopGraceMs)
    try {
      await this.writing
      await this.write(consumer)
      await this.settling
      this.stopping.signal.throwIfAborted()
    } catch (error) {
      const { rows } = this.pending
      log.warn({ topic, rows, reason: messageOf(error) }, 'not written; delivered again at the next start')
    } finally {
      clearTimeout(giveUp)
      this.stopping.abort(new Error('stopped'))
      await consumer.disconnect()
    }
  }

  standings(): readonly Standing[] | undefined {
    return this.known && standingsOf(this.topic, this.known)
  }

  /** Told where the topic ends, which it cannot know while it is paused. */
  observeEnd(partition: number, high: number): void {
    this.lag.observeEnd(partition, high)
    this.options.metrics.lag.set({ topic: this.topic }, this.lag.messages)
  }

  /** kafkajs restarts every partition from its committed offset, kept ones too: what waits comes again, here or elsewhere. */
  private startOver(consumer: Consumer, partitions: readonly number[]): void {
    this.pending.take()
    this.lag.clear()
    this.resume(consumer)
    const { fail } = this.options
    const positions = this.restore(consumer, partitions)
    this.positions = positions
    this.known = undefined
    positions.then(
      known => {
        if (positions === this.positions) this.known = known
      },
      error => {
        if (!this.stopping.signal.aborted) fail(error)
      },
    )
  }

  /** Where these partitions have to be read from, as Kafka and ClickHouse say. */
  private async restore(
    consumer: Consumer,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, LogPosition>> {
    const { admin, marks, logs, topic } = this.options
    const { signal } = this.stopping
    const openLog = logs.of(topic)
    const { base } = openLog
    const ranges = await committedRanges(admin, archiveGroup(topic), topic, partitions, openLog)
    const found = await marks.find(topic, signal)
    const positions = new Map<number, LogPosition>()
    const begun = new Map<number, Mark>()
    for (const [partition, range] of ranges) {
      const { low, committed = low } = range
      const mark = found.get(partition)
      const isLost = committed > low && (mark?.through ?? 0) < base + committed
      if (isLost) await this.readAgain(consumer, partition, range, mark)
      const start = isLost ? low : committed
      positions.set(partition, new LogPosition(start))
      if (isLost) begun.set(partition, { round: (mark?.round ?? 0) + 1, through: base + low })
      else if (mark === undefined || mark.through < base + start)
        begun.set(partition, { round: mark?.round ?? 0, through: base + start })
    }
    await marks.begin(topic, begun, signal)
    const rounds = [...ranges.keys()].map(
      partition => (begun.get(partition) ?? found.get(partition))?.round ?? 0,
    )
    this.round = Math.max(0, ...rounds)
    return positions
  }

  private async readAgain(
    consumer: Consumer,
    partition: number,
    range: CommittedRange,
    mark: Mark | undefined,
  ): Promise<void> {
    const { topic, log, metrics, onLoss } = this.options
    const { low, committed } = range
    const held = mark?.through ?? 'nothing'
    // A migration takes a mark back to 0; where ClickHouse was emptied there is none.
    const [level, why] =
      held === 0
        ? (['warn', 'a migration asks for it'] as const)
        : (['error', 'ClickHouse no longer holds what was archived'] as const)
    log[level](
      { topic, partition, archived: committed, held, from: low },
      `${why}: the log is read again from its beginning`,
    )
    metrics.restarts.inc({ topic })
    await onLoss?.(partition, range)
    if (this.consumer === consumer) consumer.seek({ topic, partition, offset: String(low) })
  }

  private resume(consumer: Consumer): void {
    if (!this.paused) return
    this.paused = false
    consumer.resume([{ topic: this.options.topic }])
  }

  private async take({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const { positions } = this
    const position = (await positions).get(batch.partition)
    const { consumer } = this
    if (!consumer || !position || positions !== this.positions || batch.isEmpty()) return
    const first = Number(batch.firstOffset())
    if (!this.isNext(consumer, position, batch.partition, first)) return
    const { next } = position
    // Taken before. In another log of the same name, whose offsets begin anew, these would take the place of others.
    if (Number(batch.lastOffset()) < next) {
      resolveOffset(batch.lastOffset())
      return
    }
    this.pending.add(batch, next, this.options.logs.of(this.topic).base)
    this.lag.begin(batch.partition, Math.max(next, first))
    this.lag.observeEnd(batch.partition, Number(batch.highWatermark))
    position.advance(Number(batch.lastOffset()))
    resolveOffset(batch.lastOffset())
    if (this.writing) this.arm(consumer)
    else this.schedule(consumer)
    if (this.writing && this.pending.isFull(this.limits)) {
      consumer.pause([{ topic: this.topic }])
      this.paused = true
    }
  }

  /** Whether a batch follows what was taken before; if not, the consumer is sent back, or something would be skipped. */
  private isNext(consumer: Consumer, position: LogPosition, partition: number, first: number): boolean {
    const { topic } = this
    const expected = position.next
    switch (position.place(first)) {
      case 'next':
        return true
      case 'ahead':
        consumer.seek({ topic, partition, offset: String(expected) })
        return false
      case 'after a gap':
        this.options.metrics.gaps.inc({ topic })
        this.options.log.error({ topic, partition, expected, first }, 'offsets are missing from the log')
        this.pending.lose({ partition, from: expected, through: first })
        return true
    }
  }

  /** What waits is written once it is enough or old enough, one batch after the other. */
  private schedule(consumer: Consumer): void {
    if (this.writing || this.pending.isEmpty) return
    if (this.overdue || this.pending.isFull(this.limits)) this.begin(consumer)
    else this.arm(consumer)
  }

  private arm(consumer: Consumer): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.overdue = true
      this.schedule(consumer)
    }, this.limits.ageMs)
  }

  private begin(consumer: Consumer): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.overdue = false
    this.writing = this.write(consumer)
      .catch(error => this.giveUp(error))
      .finally(() => {
        this.writing = undefined
        if (this.consumer && !this.stopping.signal.aborted) this.schedule(consumer)
      })
  }

  private async write(consumer: Consumer): Promise<void> {
    const { topic, sink, deadLetters, metrics, log } = this.options
    const { signal } = this.stopping
    signal.throwIfAborted()
    const { positions } = this
    const { messages, unread, lost, spans } = this.pending.take()
    this.resume(consumer)
    await settleBatch(messages, {
      write: part => sink.write(part, signal, this.round),
      refuse: async (message, reason) => {
        await deadLetters.refuse(topic, message, reason.message)
        metrics.refused.inc({ topic })
        const { partition, offset } = message
        log.error({ topic, partition, offset, reason: reason.message }, 'message refused')
      },
    })
    for (const { partition, batch } of unread) await deadLetters.keepUnread(topic, partition, batch)
    for (const span of lost) await deadLetters.nameLost(topic, span)
    this.settling = this.settling.then(() => this.settle(consumer, spans, positions))
  }

  /** Marks and commits what was stored, one batch after the other. */
  private async settle(
    consumer: Consumer,
    spans: readonly OffsetSpan[],
    positions: TopicArchiver['positions'],
  ): Promise<void> {
    const { topic, marks } = this.options
    const { signal } = this.stopping
    try {
      // After a rebalance the partition may be another's, who has committed more: this would take it back.
      if (signal.aborted || positions !== this.positions) return
      const { base } = this.options.logs.of(topic)
      const places = spans.map(({ through, ...span }) => ({ ...span, through: base + through }))
      await marks.note(topic, places, signal)
      if (positions === this.positions) await this.commit(consumer, spans)
    } catch (error) {
      this.giveUp(error)
    }
  }

  /** Nothing may be written or committed after a batch that was not: its offsets would be committed along. */
  private giveUp(error: unknown): void {
    if (!this.stopping.signal.aborted) this.options.fail(error)
    this.stopping.abort(error)
  }

  private async commit(consumer: Consumer, spans: readonly OffsetSpan[]): Promise<void> {
    const { topic, metrics, log } = this.options
    if (spans.length === 0) return
    const metadata = logMetadata(this.options.logs.of(topic))
    try {
      await consumer.commitOffsets(
        spans.map(({ partition, through }) => ({ topic, partition, offset: String(through), metadata })),
      )
    } catch (error) {
      // The group is being rebalanced: its next owner gets these messages again, and the tables collapse them.
      metrics.commitFailures.inc({ topic })
      log.warn({ topic, reason: messageOf(error) }, 'offsets not committed')
    }
    for (const { partition, through } of spans) this.lag.stored(partition, through)
    metrics.lag.set({ topic }, this.lag.messages)
  }
}

const stopGraceMs = 5_000

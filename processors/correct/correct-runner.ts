import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { AvroReader } from '../../platform/avro/avro-reader.ts'
import { retryWhileAway } from '../../platform/clickhouse/retry-while-away.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import { messageOf } from '../../platform/errors.ts'
import type { OffsetsAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { LogReader, Standing } from '../../platform/ready/log-lag.ts'
import { isRecordId, type RecordId, recordIds } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { Publisher } from '../publish/publisher.ts'
import { committedPositions } from '../task/committed-positions.ts'
import { logMetadata } from '../task/log-commit.ts'
import { type LogPosition, standingsOf } from '../task/log-position.ts'
import type { LateNotice } from '../windows/partial.ts'
import type { CorrectMetrics } from './correct-metrics.ts'
import type { Corrector } from './corrector.ts'
import {
  type CorrectionReason,
  nextSlice,
  PendingCorrections,
  type PendingLimits,
  type PendingWindow,
} from './pending-corrections.ts'
import { RegistryChanges } from './registry-changes.ts'

export interface CorrectRunnerOptions {
  readonly kafka: Kafka
  readonly admin: OffsetsAdmin
  readonly logs: Logs
  readonly reader: AvroReader<LateNotice>
  readonly publisher: Publisher
  readonly corrector: Corrector
  readonly limits: PendingLimits
  /** From when on all windows are looked at when this begins, event time, epoch ms. */
  readonly since: () => number
  readonly stopping: AbortController
  /** Wall time. */
  readonly clock: Clock
  readonly log: Log
  readonly metrics: CorrectMetrics
  readonly fail: (error: unknown) => void
}

export const correctGroup = 'citybrain-correct'
const lookEveryMs = 250
/** Windows of one round: between two rounds everything else gets its turn. */
const windowsAtOnce = 64
/** Notices are read no further while so many windows wait. */
const mostPending = 20_000
/** With fewer windows waiting, those are looked for that the registry expects differently. */
const fewPending = 1_000

/**
 * Follows kpi.late and computes the windows named there again. Offsets are committed once the revisions of their
 * windows are acknowledged; a notice that comes again finds nothing to change.
 */
export class CorrectRunner implements Resource, LogReader {
  readonly name = 'corrections'
  readonly topics = [topicNames.late]
  private readonly options: CorrectRunnerOptions
  private consumer: Consumer | undefined
  private pending: PendingCorrections
  private committed = new Map<number, number>()
  private positions: Promise<ReadonlyMap<number, LogPosition>> = Promise.resolve(new Map())
  private known: ReadonlyMap<number, LogPosition> | undefined
  private running: Promise<void> | undefined
  private reexpects = false
  /** What the asset registry expects differently, of windows that are told already. */
  private readonly changes = new RegistryChanges()

  constructor(options: CorrectRunnerOptions) {
    this.options = options
    this.pending = new PendingCorrections(options.limits)
  }

  async start(): Promise<void> {
    const { kafka, admin, logs, fail, log, limits, since } = this.options
    const consumer = kafka.consumer({ groupId: correctGroup, maxWaitTimeInMs: 500 })
    this.consumer = consumer
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const reexpected = this.pending.reexpected()
      // Every partition starts at its committed offset again, kept ones too: so do the notices.
      this.pending = new PendingCorrections(limits)
      this.committed = new Map()
      const partitions = payload.memberAssignment[topicNames.late] ?? []
      // One of all looks after the registry: it does not know what the one before it had not done.
      this.reexpects = partitions.includes(0)
      for (const record of toldOfSilence) this.registryChanged(record, since())
      for (const [record, from] of reexpected) this.registryChanged(record, from)
      const positions = committedPositions(
        admin,
        correctGroup,
        topicNames.late,
        partitions,
        logs.of(topicNames.late),
      )
      this.positions = positions
      this.known = undefined
      positions.then(known => {
        if (positions === this.positions) this.known = known
      }, fail)
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      log.error({ reason: messageOf(payload.error), restart: payload.restart }, 'consumer crashed')
      if (!payload.restart) fail(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topic: topicNames.late, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: batch => this.take(batch),
    })
    this.running = this.loop().catch(error => {
      if (!this.options.stopping.signal.aborted) fail(error)
    })
  }

  /** Told of a record type of which the registry expects something else from then on, epoch ms. */
  registryChanged(record: RecordId, from: number): void {
    if (this.reexpects && records[record].periodic) this.changes.note(record, from, this.options.clock.now())
  }

  standings(): readonly Standing[] | undefined {
    return this.known && standingsOf(topicNames.late, this.known)
  }

  async stop(): Promise<void> {
    this.options.stopping.abort(new Error('stopping'))
    await this.running
    const { consumer } = this
    this.consumer = undefined
    await consumer?.disconnect()
  }

  private async take({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    const { positions } = this
    const { reader, stopping } = this.options
    const position = (await positions).get(batch.partition)
    await reader.prepare(batch.messages)
    while (this.pending.size >= mostPending && !isStale() && !stopping.signal.aborted) {
      await sleep(lookEveryMs)
      await heartbeat()
    }
    // A rebalance came in between: what is not committed is delivered again, here or elsewhere.
    if (!position || positions !== this.positions || stopping.signal.aborted || batch.isEmpty()) return
    if (!this.isNext(position, batch.partition, Number(batch.firstOffset()))) return
    for (const message of batch.messages) {
      if (Number(message.offset) >= position.next) this.note(batch.partition, message)
    }
    const last = Number(batch.lastOffset())
    this.pending.skip(batch.partition, last)
    position.advance(last)
    resolveOffset(batch.lastOffset())
  }

  /** Whether a batch follows what was taken before; if not, the consumer is sent back, or notices would be skipped. */
  private isNext(position: LogPosition, partition: number, first: number): boolean {
    const { log, metrics } = this.options
    const expected = position.next
    switch (position.place(first)) {
      case 'next':
        return true
      case 'ahead':
        this.consumer?.seek({ topic: topicNames.late, partition, offset: String(expected) })
        return false
      case 'after a gap':
        metrics.gaps.inc()
        log.error({ partition, expected, first }, 'late notices are missing from the log')
        return true
    }
  }

  private note(partition: number, { offset, value }: KafkaMessage): void {
    const { reader, clock, log, metrics } = this.options
    const position = Number(offset)
    try {
      if (value === null) throw new Error('no value')
      const notice = reader.decode(value)
      if (!isRecordId(notice.record)) throw new Error(`unknown record ${notice.record}`)
      this.pending.accept(partition, position, notice.record, notice, clock.now())
      metrics.notices.inc({ record: notice.record, noticed_by: notice.noticed_by })
      metrics.lateReadings.inc({ record: notice.record }, notice.readings)
    } catch (error) {
      this.pending.skip(partition, position)
      metrics.notices.inc({ record: 'unknown', noticed_by: 'undecodable' })
      log.error({ partition, offset, reason: messageOf(error) }, 'not a late notice')
    }
  }

  private async loop(): Promise<void> {
    const { stopping, clock, metrics, log } = this.options
    const { signal } = stopping
    while (!signal.aborted) {
      const { pending } = this
      const taken = pending.take(clock.now(), windowsAtOnce)
      if (taken.length > 0) {
        const endTimer = metrics.roundSeconds.startTimer()
        await retryWhileAway(() => this.round(pending, taken), { what: 'corrections', log, signal })
        endTimer()
      }
      await this.commit(pending)
      if (this.reexpects && pending.size < fewPending)
        await retryWhileAway(() => this.reexpect(pending), { what: 'expectations', log, signal })
      const { oldestSince } = pending
      metrics.pending.set(pending.size)
      metrics.oldest.set(oldestSince === undefined ? 0 : (clock.now() - oldestSince) / 1000)
      if (taken.length < windowsAtOnce) await sleep(lookEveryMs)
    }
  }

  /** Corrects the windows that can be, and puts back those that cannot yet. May be repeated. */
  private async round(pending: PendingCorrections, taken: readonly PendingWindow[]): Promise<void> {
    const { corrector, publisher, metrics, clock, log } = this.options
    await corrector.begin()
    let revisions = 0
    const [every, single] = apart(taken)
    for (const one of every) await this.spread(pending, one)
    for (const [record, sizeMs, reason, windows] of bySeries(single)) {
      const asked = windows.map(window => ({ ...window, anew: reason === 'repartition' }))
      for await (const [asking, result] of corrector.correct(record, sizeMs, asked, reason)) {
        const window = windows.find(candidate => candidate.windowStart === asking.windowStart)
        if (!window) continue
        if (result.outcome === 'fewer_readings') {
          const { region, before, now } = result
          log.error(
            { record, window: new Date(window.windowStart).toISOString(), region, before, now },
            'ClickHouse lacks readings that were counted: the window keeps its value; see npm run recompute',
          )
          pending.done(window)
          metrics.windows.inc({ record, outcome: result.outcome })
          continue
        }
        if (result.outcome !== 'computed') {
          pending.putBack(window, clock.now())
          metrics.windows.inc({ record, outcome: result.outcome })
          continue
        }
        const { messages } = result
        await publisher.publish({ regional: messages })
        pending.done(window)
        metrics.windows.inc({ record, outcome: messages.length > 0 ? 'corrected' : 'unchanged' })
        metrics.revisions.inc({ record }, messages.length)
        revisions += messages.length
      }
    }
    if (revisions > 0 || pending.size > 0)
      log.info({ windows: taken.length, revisions, pending: pending.size }, 'corrected')
  }

  /** Names the next windows of all that hold readings which their stored revisions have not seen. */
  private async spread(pending: PendingCorrections, every: PendingWindow): Promise<void> {
    const { corrector, clock, log } = this.options
    const { record, sizeMs, through, every: slice } = every
    if (!slice) return
    if (pending.size >= mostPending) return pending.putBack(every, clock.now())
    const found = await corrector.unseen({ record, sizeMs, through, ...slice })
    if (found === 'not_archived') return pending.putBack(every, clock.now())
    const { windows, next } = found
    if (windows.length > 0)
      log.warn({ record, windows: windows.length }, 'windows are computed again from restored readings')
    const following = next === undefined ? undefined : nextSlice(slice, next, windows.length)
    pending.spread(every, windows, following, clock.now())
  }

  /** Asks for the next windows of which the registry expects something else than they were told with. */
  private async reexpect(pending: PendingCorrections): Promise<void> {
    const { changes } = this
    const { corrector, clock, log } = this.options
    const taken = changes.take(clock.now())
    if (!taken) return
    const [record, from] = taken
    try {
      const { windows, next } = await corrector.unexpected(record, from)
      for (const { windowStart, sizeMs } of windows)
        pending.reexpect(record, windowStart, sizeMs, clock.now())
      if (next !== undefined) changes.rest(record, next)
      if (windows.length > 0)
        log.info({ record, windows: windows.length }, 'the registry expects something else of windows')
    } catch (error) {
      changes.rest(record, from)
      throw error
    }
  }

  private async commit(pending: PendingCorrections): Promise<void> {
    const { consumer } = this
    if (!consumer || pending !== this.pending) return
    const news = [...pending.committable()].filter(
      ([partition, offset]) => this.committed.get(partition) !== offset,
    )
    if (news.length === 0) return
    const topic = topicNames.late
    const metadata = logMetadata(this.options.logs.of(topic))
    try {
      await consumer.commitOffsets(
        news.map(([partition, offset]) => ({ topic, partition, offset: String(offset), metadata })),
      )
      for (const [partition, offset] of news) this.committed.set(partition, offset)
    } catch (error) {
      // A rebalance is under way: the next owner gets these notices again.
      this.options.log.warn({ reason: messageOf(error) }, 'commit refused')
    }
  }
}

/** Record types of which windows without readings are told: of others nothing is expected. */
const toldOfSilence = recordIds.filter(record => records[record].periodic)

/** Those that stand for all windows of a record type, and those that are windows. */
function apart(taken: readonly PendingWindow[]): [PendingWindow[], PendingWindow[]] {
  const isEvery = ({ every }: PendingWindow) => every !== undefined
  return [taken.filter(isEvery), taken.filter(window => !isEvery(window))]
}

type Series = [RecordId, number, CorrectionReason, PendingWindow[]]

function bySeries(taken: readonly PendingWindow[]): Series[] {
  const groups = new Map<string, Series>()
  for (const window of taken) {
    const { record, sizeMs, reason } = window
    const key = `${record}|${sizeMs}|${reason}`
    const group = groups.get(key)
    if (group) group[3].push(window)
    else groups.set(key, [record, sizeMs, reason, [window]])
  }
  return [...groups.values()]
}

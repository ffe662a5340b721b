import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { Clock } from '../../platform/clock.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import { isOfConfiguration, messageOf } from '../../platform/errors.ts'
import { LastingAdmin } from '../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { LogReader, Standing } from '../../platform/ready/log-lag.ts'
import type { Publisher } from '../publish/publisher.ts'
import { type Restored, type RestoreOptions, restore } from './restore.ts'
import { from, RunningTask } from './running-task.ts'
import type { Task } from './task.ts'
import { withHeartbeats } from './with-heartbeats.ts'

export interface TaskRunnerOptions {
  readonly kafka: Kafka
  readonly groupId: string
  readonly topics: readonly string[]
  readonly create: (restored: Restored) => Task
  readonly publisher: Publisher
  readonly logs: Logs
  readonly closedUntil: RestoreOptions['closedUntil']
  /** How often what is provisional is published, ms of wall time. */
  readonly emitEveryMs: number
  /** A partition read to its end is idle after this long, ms of the clock. */
  readonly idleAfterMs: number
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly fail: (error: unknown) => void
}

/**
 * Runs one task per assigned partition: restores it from its checkpoint, feeds it in log order, publishes what it
 * says and commits only what was acknowledged. Holds no decisions about windows; those are the tasks'.
 */
export class TaskRunner implements Resource, LogReader {
  readonly name: string
  readonly topics: readonly string[]
  private readonly options: TaskRunnerOptions
  private readonly consumer: Consumer
  private readonly admin: LastingAdmin
  private readonly measured: ReturnType<typeof defineMetrics>
  private tasks = new Map<string, RunningTask>()
  private restored: Promise<void> = Promise.resolve()
  private isRestored = false
  private stopping = false
  private timer: NodeJS.Timeout | undefined
  private ticking: Promise<void> = Promise.resolve()
  private askingForEnds = false

  constructor(options: TaskRunnerOptions) {
    this.options = options
    this.name = `tasks of ${options.groupId}`
    this.topics = options.topics
    this.measured = defineMetrics(options.metrics)
    this.admin = new LastingAdmin(options.kafka)
    this.consumer = options.kafka.consumer({
      groupId: options.groupId,
      // Larger, rarer fetches: a quarter of a second of patience saves most of the per-fetch work.
      minBytes: 65_536,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 1 << 20,
      maxBytes: 32 << 20,
    })
  }

  async start(): Promise<void> {
    const { consumer, admin, options } = this
    await admin.connect()
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      // kafkajs restarts every partition from its committed offset, kept ones too: so does the state.
      this.tasks = new Map()
      this.isRestored = false
      this.restored = this.restoreAll(payload.memberAssignment)
      this.restored.catch(options.fail)
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      options.log.error({ reason: messageOf(payload.error), restart: payload.restart }, 'consumer crashed')
      if (!payload.restart) options.fail(payload.error)
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: payload => withHeartbeats(this.onBatch(payload), payload.heartbeat),
    })
    this.timer = setInterval(() => {
      this.ticking = this.ticking.then(() => this.tick()).catch(options.fail)
    }, options.emitEveryMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.ticking
    this.stopping = true
    await Promise.all([...this.tasks.values()].map(running => this.flush(running, false)))
    await this.commit()
    await this.consumer.disconnect()
    await this.admin.disconnect()
  }

  standings(): readonly Standing[] | undefined {
    if (!this.isRestored) return undefined
    return [...this.tasks.values()].map(({ topic, partition, position: { next } }) => ({
      topic,
      partition,
      next,
    }))
  }

  private async restoreAll(assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const tasks = this.tasks
    const { admin } = this
    for (const restored of await restore({ ...this.options, admin }, assignment)) {
      const { topic, partition } = restored
      const task = this.options.create(restored)
      tasks.set(`${topic}/${partition}`, new RunningTask(restored, task, this.options.clock.now()))
    }
    if (tasks === this.tasks) this.isRestored = true
    this.options.log.info({ partitions: tasks.size }, 'partitions assigned')
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    await this.restored
    const { topic, partition } = payload.batch
    const running = this.tasks.get(`${topic}/${partition}`)
    await running?.inTurn(() => this.process(running, payload))
  }

  private async process(running: RunningTask, { batch, resolveOffset }: EachBatchPayload): Promise<void> {
    if (this.stopping || batch.isEmpty() || !this.isCurrent(running)) return
    if (!this.align(running, Number(batch.firstOffset()))) return
    const { task } = running
    running.lastMessageAt = this.options.clock.now()
    try {
      await task.process(from(batch.messages, task.nextOffset))
    } catch (error) {
      if (isOfConfiguration(error)) {
        // kafkajs would try again for ever. Nothing more is said or committed.
        this.tasks = new Map()
        this.options.fail(error)
      }
      throw error
    }
    // A rebalance meanwhile has built the task anew, from its checkpoint: this batch is not the next one of that.
    if (!this.isCurrent(running)) return
    const last = Number(batch.lastOffset())
    if (task.nextOffset <= last) task.skip(last)
    running.lastMessageAt = this.options.clock.now()
    running.position.advance(last)
    resolveOffset(batch.lastOffset())
    this.measured.lag.set(
      { topic: batch.topic, partition: batch.partition },
      Math.max(0, Number(batch.highWatermark) - last - 1),
    )
    while (task.urgent && this.isCurrent(running)) await this.flush(running, false)
  }

  /** Whether a batch may be processed; if not, the consumer is sent back to the one that comes next. */
  private align(running: RunningTask, first: number): boolean {
    const { topic, partition, position } = running
    const expected = position.next
    switch (position.place(first)) {
      case 'next':
        return true
      case 'ahead':
        this.consumer.seek({ topic, partition, offset: String(expected) })
        return false
      case 'after a gap':
        this.measured.gaps.inc({ topic })
        this.options.log.error({ topic, partition, expected, first }, 'offsets are missing from the log')
        return true
    }
  }

  private async tick(): Promise<void> {
    const tasks = [...this.tasks.values()]
    // Not waited for: a broker that hangs must not keep back what the others can take.
    if (!this.askingForEnds) void this.tellIdle(tasks)
    await Promise.all(tasks.map(running => this.flush(running, true)))
    await this.commit()
  }

  /** A partition is idle when nothing came for the timeout and its log ends where the task stands. */
  private async tellIdle(tasks: readonly RunningTask[]): Promise<void> {
    const { clock, idleAfterMs, fail } = this.options
    const isQuiet = ({ lastMessageAt }: RunningTask) => clock.now() - lastMessageAt >= idleAfterMs
    const quiet = tasks.filter(isQuiet)
    this.askingForEnds = true
    try {
      for (const topic of new Set(quiet.map(running => running.topic))) {
        const ends = await this.admin.fetchTopicOffsets(topic)
        for (const { partition, high } of ends) {
          const running = quiet.find(
            candidate => candidate.topic === topic && candidate.partition === partition,
          )
          if (!running || !this.isCurrent(running)) continue
          // Asked again: while the broker answered, messages may have come, and been read up to the end it told.
          if (isQuiet(running) && running.task.nextOffset >= Number(high)) {
            running.task.idle()
            this.measured.lag.set({ topic, partition }, 0)
          }
        }
      }
    } catch (error) {
      if (!this.stopping) fail(error)
    } finally {
      this.askingForEnds = false
    }
  }

  /**
   * Publishes what a task has to say, one flush after another. If it cannot be published the process ends:
   * what the task has handed over exists nowhere else but behind the last checkpoint.
   */
  private flush(running: RunningTask, changed: boolean): Promise<void> {
    running.flushing = running.flushing.then(async () => {
      if (!this.isCurrent(running)) return
      const { output, checkpoint } = running.task.flush(changed)
      try {
        await this.options.publisher.publish(output)
        running.acknowledge(checkpoint)
      } catch (error) {
        this.tasks = new Map()
        this.options.fail(error)
      }
    })
    return running.flushing
  }

  /** Commits every acknowledged checkpoint that is news, in one request. */
  private async commit(): Promise<void> {
    const news = [...this.tasks.values()].flatMap(running => {
      const commit = running.toCommit
      return commit ? [{ running, commit }] : []
    })
    if (news.length === 0) return
    try {
      await this.consumer.commitOffsets(news.map(({ commit }) => commit))
      for (const { running, commit } of news) running.hasCommitted(commit)
    } catch (error) {
      // A rebalance under way refuses commits. Nothing is lost: the next owner replays from the one before.
      this.measured.commitFailures.inc()
      this.options.log.warn({ reason: messageOf(error) }, 'commit refused')
    }
  }

  private isCurrent(running: RunningTask): boolean {
    return this.tasks.get(`${running.topic}/${running.partition}`) === running
  }
}

function defineMetrics(metrics: Metrics) {
  return {
    lag: metrics.gauge('lag_messages', 'Messages between a task and the end of its partition', [
      'topic',
      'partition',
    ]),
    gaps: metrics.counter('offset_gaps', 'Times the log no longer held what a checkpoint needed', ['topic']),
    commitFailures: metrics.counter('commit_failures', 'Commits refused by the broker'),
  }
}

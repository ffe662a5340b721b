import type { Clock } from '../../../platform/clock.ts'
import { messageOf } from '../../../platform/errors.ts'
import type { OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { AlertCommand } from '../../../schemas/alerts/alert-command.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { ProcessorContext } from '../../context.ts'
import { LogPosition } from '../../task/log-position.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'
import { AlertEngine } from '../engine/alert-engine.ts'
import type { Series } from '../engine/series-table.ts'
import type { Notification } from '../out/notification.ts'
import { Notifier } from '../out/notifier.ts'
import type { NotifierMetrics } from '../out/notifier-metrics.ts'
import type { Receiver } from '../out/receiver.ts'
import { publishedRules, republished } from '../reload/loaded-rules.ts'
import type { RuleFiles } from '../reload/rule-files.ts'
import type { AlertPublisher, AlertWriter } from './alert-publisher.ts'
import type { Written } from './alert-records.ts'
import { alertingGroup } from './alerting-runner.ts'
import { commandLog } from './command-log.ts'
import { firstPosition, readCommit } from './first-position.ts'
import { stateWatch } from './state-watch.ts'
import { readStored } from './stored-alerting.ts'
import type { Owned, Tenure } from './tenure.ts'

export interface AlertDutyOptions {
  readonly context: ProcessorContext
  readonly admin: OffsetsAdmin
  readonly publisher: AlertPublisher
  readonly files: RuleFiles
  readonly receivers: readonly Receiver[]
  readonly metrics: AlertingMetrics
  readonly notifierMetrics: NotifierMetrics
  /** Kafka's timestamps are wall time. */
  readonly wall: Clock
}

/** Restless: on and off three times within an hour. */
const flapping = { transitions: 6, withinMs: 3_600_000 } as const
/** About 100 MB of them. */
const mostOver = 20_000
const tickMs = 1_000
const sweepMs = 60_000
/** Series of one request to the broker, about a megabyte. */
const writtenAtOnce = 64

/** Between the engine, which decides, and the topics, which remember: while this member owns kpi.regional. */
export class AlertDuty {
  private readonly options: AlertDutyOptions
  private tenure: Tenure | undefined
  private followers: Resource[] = []
  private notifier: Notifier | undefined
  private timers: readonly NodeJS.Timeout[] = []
  /** Names of the rules as they were published last. */
  private published = new Set<string>()
  /** Silences of which it was said that they are not applied. */
  private namedAside: ReadonlySet<string> = new Set()
  private evaluations = 0
  private tooOld = 0

  constructor(options: AlertDutyOptions) {
    this.options = options
  }

  /** Everything that was known when somebody owned kpi.regional last. */
  async load(): Promise<Owned> {
    const { context, admin, publisher, files, metrics, wall } = this.options
    const { clock, log, config } = context
    const startedAt = performance.now()
    const openLog = context.logs.of(topicNames.regional)
    const begin = await readCommit(admin, alertingGroup, openLog)
    const start = await firstPosition(admin, begin, wall.now())
    const writer = await publisher.open()
    const { alerts, series, silences, rules, notifications } = await readStored({ ...context, metrics })
    await files.remember(republished(rules))
    this.published = new Set(rules.map(({ name }) => name))
    const limits = { keep: config.alertKeepWindows, flapping, mostOver, horizonMs: config.alertHorizonMs }
    const engine = new AlertEngine(limits, [])
    engine.restore({ alerts, series, silences, position: openLog.base + start })
    engine.changeRules(
      files.rules.rules.map(({ rule }) => rule),
      clock.now(),
    )
    const tookMs = Math.round(performance.now() - startedAt)
    this.nameSetAside(engine)
    log.info({ start, alerts: alerts.length, series: series.length, tookMs }, 'alerting goes on')
    metrics.assignments.inc({ state: 'restored' })
    this.evaluations = 0
    this.tooOld = 0
    const notifier = this.notifierOf(engine, writer, notifications)
    return { engine, position: new LogPosition(start), log: openLog, notifier, writer, begin }
  }

  /** Why a tenure whose session was lost must not go on, see `Tenure`; null where it may. */
  async mayBeOutdated(tenure: Tenure, owned: Owned): Promise<string | null> {
    const { admin, metrics } = this.options
    const commit = await readCommit(admin, alertingGroup, owned.log)
    const reason = await tenure.mayBeOutdated(owned, commit)
    if (reason === null) metrics.assignments.inc({ state: 'kept' })
    return reason
  }

  begin(tenure: Tenure): void {
    const { context, metrics } = this.options
    const { fail } = context
    this.tenure = tenure
    const first = tenure.inTurn(async owned => {
      if (this.tenure !== tenure) return
      await this.publishRules(owned)
      this.follow(tenure, stateWatch({ ...context, owned, metrics, wall: this.options.wall }))
      this.notifier = owned.notifier
      owned.notifier.start(owned.engine.book.all())
    })
    first.catch(fail)
    const onCommands = (commands: readonly AlertCommand[]) =>
      tenure.inTurn(owned => this.obey(tenure, owned, commands))
    this.follow(tenure, commandLog({ ...context, metrics, onCommands }))
    const every = (ms: number, work: (owned: Owned) => void) =>
      setInterval(() => {
        const done = tenure.inTurn(async owned => {
          if (this.tenure !== tenure) return
          work(owned)
          await this.tell(owned)
        })
        done.catch(fail)
      }, ms)
    const { clock } = context
    this.timers = [
      every(tickMs, ({ engine }) => engine.tick(clock.now())),
      every(sweepMs, ({ engine }) => engine.sweep(clock.now())),
    ]
  }

  end(): void {
    this.tenure = undefined
    for (const timer of this.timers) clearInterval(timer)
    this.timers = []
    this.notifier?.stop()
    this.notifier = undefined
    const { followers } = this
    this.followers = []
    for (const follower of followers) {
      follower.stop().catch(error => {
        this.options.context.log.warn({ reason: messageOf(error) }, `${follower.name} is not let go of`)
      })
    }
  }

  /** Runs the rules as the files have them now. */
  async changeRules(): Promise<void> {
    const { files, context } = this.options
    await this.tenure?.inTurn(async owned => {
      owned.engine.changeRules(
        files.rules.rules.map(({ rule }) => rule),
        context.clock.now(),
      )
      await this.publishRules(owned)
    })
  }

  /** Publishes what changed. */
  async tell({ engine, notifier, writer }: Owned): Promise<void> {
    const { metrics } = this.options
    const changed = engine.take()
    await writer.publish([
      ...[...changed].map(([key, value]): Written => ({ topic: topicNames.alerts, key, value })),
      ...[...engine.silences.take()].map(
        ([key, value]): Written => ({ topic: topicNames.silences, key, value }),
      ),
    ])
    for (const id of changed.keys()) notifier.note(id)
    metrics.events.inc(changed.size)
    metrics.evaluations.inc(engine.evaluations - this.evaluations)
    metrics.tooOld.inc(engine.tooOld - this.tooOld)
    this.evaluations = engine.evaluations
    this.tooOld = engine.tooOld
    metrics.series.set(engine.series.size)
    for (const alert of changed.values()) if (alert) this.measure(alert)
    this.nameSetAside(engine)
  }

  /** One that cannot be applied stops nobody else's: it is kept, and named once. */
  private nameSetAside({ silences }: AlertEngine): void {
    const setAside = silences.setAside()
    for (const [silence_id, reason] of setAside) {
      if (this.namedAside.has(silence_id)) continue
      const created_by = silences.get(silence_id)?.created_by
      this.options.context.log.error({ silence_id, created_by, reason }, 'a silence is not applied')
    }
    this.namedAside = new Set(setAside.keys())
    this.options.metrics.silencesSetAside.set(setAside.size)
  }

  /** Writes what is known of the series that changed, some at a time: their text exists for a moment only. */
  async keep({ engine, notifier, writer }: Owned): Promise<void> {
    const { metrics } = this.options
    const unwritten = engine.series.takeUnwritten(engine.position)
    for (let from = 0; from < unwritten.length; from += writtenAtOnce) {
      await writer.publish(unwritten.slice(from, from + writtenAtOnce).map(stateOf))
    }
    metrics.kept.set({ what: 'windows' }, engine.series.windows)
    metrics.kept.set({ what: 'notices' }, notifier.kept)
    const counts = Map.groupBy(engine.book.all(), ({ state }) => state)
    metrics.alerts.reset()
    for (const [state, alerts] of counts) metrics.alerts.set({ state }, alerts.length)
  }

  private async publishRules(owned: Owned): Promise<void> {
    const { files, wall } = this.options
    const rules = publishedRules(files.rules, wall.now())
    const gone = new Set(this.published)
    for (const { name } of rules) gone.delete(name)
    await owned.writer.publish([
      ...rules.map((value): Written => ({ topic: topicNames.alertRules, key: value.name, value })),
      ...[...gone].map((key): Written => ({ topic: topicNames.alertRules, key, value: null })),
    ])
    this.published = new Set(rules.map(({ name }) => name))
    await this.tell(owned)
  }

  private notifierOf(engine: AlertEngine, writer: AlertWriter, known: readonly Notification[]): Notifier {
    const { context, notifierMetrics: metrics, wall } = this.options
    const { config, clock, clockSpeed, log, fail } = context
    return new Notifier({
      receivers: this.options.receivers,
      known,
      alertOf: id => engine.book.get(id),
      open: () => engine.book.open(),
      write: written =>
        writer.publish(
          written.map(([key, value]): Written => ({ topic: topicNames.notifications, key, value })),
        ),
      groupWaitMs: config.alertGroupWaitMs,
      horizonMs: config.alertHorizonMs,
      clock,
      wall,
      clockSpeed,
      metrics,
      log,
      fail,
    })
  }

  private follow(tenure: Tenure, follower: Resource): void {
    this.followers.push(follower)
    follower.start().catch(error => {
      if (this.tenure === tenure) this.options.context.fail(error)
    })
  }

  private async obey(tenure: Tenure, owned: Owned, commands: readonly AlertCommand[]): Promise<void> {
    const { context, metrics } = this.options
    if (this.tenure !== tenure) return
    for (const command of commands) {
      const outcome = owned.engine.command(command, context.clock.now())
      const { action, command_id, alert_id, by } = command
      metrics.commands.inc({ action, outcome })
      if (outcome === 'full')
        context.log.warn({ action, command_id, alert_id, by }, 'too much was done about an alert')
    }
    await this.tell(owned)
  }

  private measure({ history, window_end }: Alert): void {
    const { context, metrics } = this.options
    const last = history.at(-1)
    if (last?.what !== 'fired' && last?.what !== 'resolved') return
    const { clock, clockSpeed } = context
    metrics.windowToEvent.observe({ what: last.what }, (clock.now() - window_end) / clockSpeed / 1000)
  }
}

function stateOf([key, series]: readonly [key: string, series: Series | null]): Written {
  const value = series && {
    rule: series.rule,
    region: series.region,
    through: series.through,
    judged_by: series.judgedBy,
    series: JSON.stringify(series.state),
  }
  return { topic: topicNames.alertState, key, value }
}

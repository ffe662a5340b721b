import type { Clock } from '../../../platform/clock.ts'
import type { Log } from '../../../platform/log.ts'
import { type Alert, isOpen } from '../../../schemas/alerts/alert.ts'
import { askReceiver } from './ask-receiver.ts'
import { decideRetry } from './decide-retry.ts'
import { neededNotice } from './needed-notice.ts'
import { type Notification, notificationKey } from './notification.ts'
import { NotificationLedger, noticeOf } from './notification-ledger.ts'
import type { NotifierMetrics } from './notifier-metrics.ts'
import type { Receiver, Told } from './receiver.ts'

export interface NotifierOptions {
  readonly receivers: readonly Receiver[]
  /** As it was written last. */
  readonly known: readonly Notification[]
  /** The alert as it is now. */
  readonly alertOf: (id: string) => Alert | undefined
  /** Alerts that are on, for those who have to be told again. */
  readonly open: () => readonly Alert[]
  /** Writes to alert.notifications; null takes a key away. Resolves when it is acknowledged. */
  readonly write: (written: readonly (readonly [key: string, value: Notification | null])[]) => Promise<void>
  /** An alert has to be on for so long, ms of wall time, before anybody is told: another one may say more of the same. */
  readonly groupWaitMs: number
  /** Of an alert whose newest window ended longer ago, ms of event time, nobody is told that it fired. */
  readonly horizonMs: number
  readonly clock: Clock
  readonly wall: Clock
  /** Event time per wall time. */
  readonly clockSpeed: number
  readonly metrics: NotifierMetrics
  readonly log: Log
  readonly fail: (error: unknown) => void
}

const lookEveryMs = 250
const minuteMs = 60_000
/** Requests to one receiver at a time. */
const mostAtOnce = 8
/** Alerts of one request that tells a receiver again what is on. */
const refreshedAtOnce = 200

interface Delivery {
  attempts: number
  /** It was refused together with others, for what may be the fault of one of them. */
  alone: boolean
  /** Wall time, epoch ms. */
  notBefore: number
}

/** What one request tells, each about another alert. */
type Group = readonly [Notification, ...Notification[]]

function aboutOf({ receiver, alert_id }: Notification): string {
  return `${receiver}|${alert_id}`
}

function toldOf(notification: Notification): Told {
  // Ours alone: nobody else writes this topic.
  const alert: Alert = JSON.parse(notification.alert ?? 'null')
  return { notification, alert }
}

/** In their order, `atOnce` together; some by themselves. */
function* groupsOf(
  due: readonly Notification[],
  atOnce: number,
  isAlone: (one: Notification) => boolean,
): Generator<Group> {
  let group: [Notification, ...Notification[]] | undefined
  for (const one of due) {
    if (isAlone(one)) {
      yield [one]
      continue
    }
    if (group) group.push(one)
    else group = [one]
    if (group.length < atOnce) continue
    yield group
    group = undefined
  }
  if (group) yield group
}

/**
 * Tells receivers about alerts: everything once, in order for each alert, and again until they take it. What is to be told
 * is written to Kafka before the first try, and that it was told after the last.
 */
export class Notifier {
  private readonly options: NotifierOptions
  private readonly ledger: NotificationLedger
  /** Alerts to look at, and since when, wall time, epoch ms. */
  private readonly looking = new Map<string, number>()
  private readonly deliveries = new Map<string, Delivery>()
  /** `receiver|alert` that is being told something. */
  private readonly busy = new Set<string>()
  /** By receiver: requests under way, and when those of the last minute were begun, wall time, epoch ms. */
  private readonly requests = new Map<string, { underWay: number; begun: number[] }>()
  private readonly refreshedAt = new Map<string, number>()
  private timer: NodeJS.Timeout | undefined
  private working: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(options: NotifierOptions) {
    this.options = options
    this.ledger = new NotificationLedger(options.known)
  }

  /** @param alerts all that are kept: of some, something may have to be told that was not */
  start(alerts: Iterable<Alert>): void {
    if (this.options.receivers.length === 0) return
    for (const { alert_id } of alerts) this.note(alert_id)
    this.timer = setInterval(() => {
      this.working = this.working.then(() => this.look()).catch(this.failed)
    }, lookEveryMs)
  }

  /** Requests under way may still be answered; whoever comes next sends again what nobody wrote down as told. */
  stop(): void {
    this.stopped = true
    clearInterval(this.timer)
  }

  /** Alerts to look at, deliveries under way, and what was told: all of them about alerts that are kept. */
  get kept(): number {
    return this.looking.size + this.deliveries.size + this.ledger.size
  }

  /** An alert has changed. */
  note(alertId: string): void {
    if (this.options.receivers.length === 0) return
    if (!this.looking.has(alertId)) this.looking.set(alertId, this.options.wall.now())
  }

  private async look(): Promise<void> {
    if (this.stopped) return
    const { receivers, write, wall } = this.options
    const created: (readonly [string, Notification | null])[] = []
    for (const [id, since] of this.looking) {
      const alert = this.options.alertOf(id)
      if (!alert) for (const key of this.forget(id)) created.push([key, null])
      if (!alert || this.plan(alert, wall.now() - since, created)) this.looking.delete(id)
    }
    await write(created)
    for (const receiver of receivers) {
      this.deliver(receiver)
      this.refresh(receiver)
    }
  }

  private forget(alertId: string): readonly string[] {
    const keys = this.ledger.forget(alertId)
    for (const key of keys) this.deliveries.delete(key)
    return keys
  }

  /** Adds what is to be told about an alert; false where it is too early to say. */
  private plan(alert: Alert, waitedMs: number, created: (readonly [string, Notification | null])[]): boolean {
    const { receivers, clock, groupWaitMs, horizonMs } = this.options
    // History that is replayed. Of a window that comes later, and is of now, they are told.
    const isHistory = clock.now() - alert.window_end > horizonMs
    let decided = true
    for (const { name } of receivers) {
      const notice = neededNotice(alert, this.ledger.toldSoFar(name, alert.alert_id))
      if (notice === 'fired' && (isHistory || waitedMs < groupWaitMs)) decided = false
      else if (notice) {
        const next = this.ledger.next(name, alert, notice, clock.now())
        this.ledger.put(next)
        created.push([notificationKey(next), next])
      }
    }
    return decided
  }

  private deliver(receiver: Receiver): void {
    const { wall, metrics } = this.options
    const pending = this.ledger.pending(receiver.name)
    metrics.pending.set({ receiver: receiver.name }, pending.length)
    const ahead = new Set<string>()
    const due = pending.filter(one => {
      const about = aboutOf(one)
      const isFirst = !ahead.has(about) && !this.busy.has(about)
      ahead.add(about)
      return isFirst && this.deliveryOf(one).notBefore <= wall.now()
    })
    for (const group of groupsOf(due, receiver.atOnce, one => this.deliveryOf(one).alone)) {
      if (!this.mayAsk(receiver)) return
      this.ask(receiver, group).catch(this.failed)
    }
  }

  private deliveryOf(notification: Notification): Delivery {
    return this.deliveries.get(notificationKey(notification)) ?? { attempts: 0, alone: false, notBefore: 0 }
  }

  private mayAsk({ name, perMinute }: Receiver): boolean {
    const now = this.options.wall.now()
    const { underWay, begun } = this.requests.get(name) ?? { underWay: 0, begun: [] }
    const lately = begun.filter(at => at > now - minuteMs && at <= now)
    this.requests.set(name, { underWay, begun: lately })
    return underWay < mostAtOnce && lately.length < perMinute
  }

  private async ask(receiver: Receiver, group: Group): Promise<void> {
    const requests = this.requests.get(receiver.name) ?? { underWay: 0, begun: [] }
    this.requests.set(receiver.name, requests)
    requests.underWay++
    if (Number.isFinite(receiver.perMinute)) requests.begun.push(this.options.wall.now())
    for (const one of group) this.busy.add(aboutOf(one))
    try {
      await this.send(receiver, group)
    } finally {
      const now = this.requests.get(receiver.name)
      if (now) now.underWay--
      for (const one of group) this.busy.delete(aboutOf(one))
    }
  }

  private async send(receiver: Receiver, group: Group): Promise<void> {
    const { wall, clock, metrics, log, write } = this.options
    for (const one of group) {
      const delivery = this.deliveryOf(one)
      this.deliveries.set(notificationKey(one), { ...delivery, attempts: delivery.attempts + 1 })
    }
    const [first, ...others] = group
    const told: readonly [Told, ...Told[]] = [toldOf(first), ...others.map(toldOf)]
    const request = receiver.request(told, wall.now())
    const answer = await askReceiver(request, receiver.refusal)
    // An alert that was forgotten meanwhile: nobody would ever take away what is written of it now.
    const kept = told.filter(({ notification }) => this.ledger.has(notificationKey(notification)))
    const attempt = Math.max(...group.map(one => this.deliveryOf(one).attempts))
    const decision = decideRetry(answer, attempt, Math.random())
    const labels = { receiver: receiver.name }
    if (decision.is === 'retry' || (decision.is === 'give up' && group.length > 1)) {
      const afterMs = decision.is === 'retry' ? decision.afterMs : 0
      for (const { notification } of kept) {
        const delivery = this.deliveryOf(notification)
        const alone = delivery.alone || decision.is === 'give up'
        const key = notificationKey(notification)
        this.deliveries.set(key, { ...delivery, alone, notBefore: wall.now() + afterMs })
        metrics.retries.inc(labels)
        const { reason } = decision
        log.warn(
          { receiver: receiver.name, key, attempt: delivery.attempts, afterMs, reason },
          'not told yet',
        )
      }
      return
    }
    if (this.stopped) return
    const error = decision.is === 'give up' ? decision.reason : null
    const settled = kept.map(
      ({ notification }): Notification => ({
        ...notification,
        state: error === null ? 'delivered' : 'failed',
        alert: null,
        settled_at: clock.now(),
        error,
      }),
    )
    await write(settled.map(one => [notificationKey(one), one] as const))
    for (const one of settled) {
      const key = notificationKey(one)
      this.ledger.put(one)
      this.deliveries.delete(key)
      metrics.settled.inc({ ...labels, outcome: one.state })
      if (error !== null) log.error({ receiver: receiver.name, key, reason: error }, 'given up')
    }
    if (error !== null) return
    for (const { notification, alert } of kept) this.measure(noticeOf(notification.transition), alert, labels)
  }

  /** Tells again what is on to a receiver that forgets. */
  private refresh({ name, refresh }: Receiver): void {
    const { wall, open, metrics, log } = this.options
    const now = wall.now()
    if (!refresh || now - (this.refreshedAt.get(name) ?? 0) < refresh.everyMs) return
    this.refreshedAt.set(name, now)
    const waiting = new Set(this.ledger.pending(name).map(({ alert_id }) => alert_id))
    const on = open().filter(alert => {
      const { last } = this.ledger.toldSoFar(name, alert.alert_id)
      const isTold = last === 'fired' || last === 'escalated'
      return isOpen(alert) && isTold && alert.closed_at === null && !waiting.has(alert.alert_id)
    })
    for (let from = 0; from < on.length; from += refreshedAtOnce) {
      const request = refresh.request(on.slice(from, from + refreshedAtOnce), now)
      askReceiver(request)
        .then(answer => {
          const isTaken = decideRetry(answer, 1, 0).is === 'delivered'
          metrics.refreshes.inc({ receiver: name, outcome: isTaken ? 'delivered' : 'failed' })
          if (!isTaken) log.warn({ receiver: name, ...answer }, 'what is on was not told again')
        })
        .catch(this.failed)
    }
  }

  private measure(
    notice: ReturnType<typeof noticeOf>,
    { fired_at, resolved_at }: Alert,
    labels: { readonly receiver: string },
  ): void {
    const { clock, clockSpeed, metrics } = this.options
    const end = notice === 'fired' ? fired_at : notice === 'resolved' ? resolved_at : null
    if (end !== null)
      metrics.windowToNotice.observe({ ...labels, notice }, (clock.now() - end) / clockSpeed / 1000)
  }

  private readonly failed = (error: unknown): void => {
    if (!this.stopped) this.options.fail(error)
  }
}

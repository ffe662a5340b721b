import type { Alert } from '../../../schemas/alerts/alert.ts'
import { type AlertCommand, mostCommands } from '../../../schemas/alerts/alert-command.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'
import { AlertBook } from '../book/alert-book.ts'
import { judgedThrough } from '../book/alert-version.ts'
import { applyCommand } from '../book/apply-command.ts'
import { escalated } from '../book/escalation.ts'
import { type FlapLimits, steadyAt } from '../book/flapping.ts'
import { commandsOf, hasCommand, withEntry } from '../book/history.ts'
import { isOn } from '../book/inhibition.ts'
import { expired } from '../book/retention.ts'
import { SilenceBook } from '../book/silence-book.ts'
import { emptySeries, isSettled, observe } from '../judge/series-state.ts'
import { AlertChanges } from './alert-changes.ts'
import { EpisodeAlerts } from './episode-alerts.ts'
import { type JudgedMessage, windowOf } from './judged-message.ts'
import { deriveMutings } from './mutings.ts'
import { isInScope, judgedBy, RuleSet } from './rule-set.ts'
import { type Series, SeriesTable } from './series-table.ts'

export interface EngineOptions {
  /** Windows of a series that corrections may still change. */
  readonly keep: number
  readonly flapping: FlapLimits
  /** Alerts that are over and kept, at most. */
  readonly mostOver: number
  /** What is computed of a window so long after its end, ms, is history: nobody is told, and the alert says so. */
  readonly horizonMs: number
}

/** Note of what windows of the past led to. */
const backfill = 'backfill'

/** What was known when the process ended last. */
export interface Known {
  readonly alerts: readonly Alert[]
  readonly series: readonly Series[]
  readonly silences: readonly Silence[]
  /** Offset of kpi.regional from which on it is read again. */
  readonly position: number
}

/**
 * From windows, commands and the time to alerts: everything that alerting decides, and nothing of how it is told. Windows
 * come in the order of kpi.regional, from the position on that was known; what an alert includes already is not applied
 * to it again.
 */
export class AlertEngine {
  readonly book = new AlertBook()
  readonly series = new SeriesTable()
  readonly silences = new SilenceBook()
  private readonly options: EngineOptions
  private readonly changes = new AlertChanges(this.book)
  private readonly episodes = new EpisodeAlerts(this.book, this.changes)
  private rules: RuleSet
  private through = 0
  /** Some alerts include the log up to here already: until it is reached again, what they mean for others is not asked. */
  private horizon = 0
  private derivedAll = false
  private now = 0
  private activeSilences = ''
  evaluations = 0
  tooOld = 0

  constructor(options: EngineOptions, rules: readonly Rule[]) {
    this.options = options
    this.rules = new RuleSet(rules)
  }

  restore({ alerts, series, silences, position }: Known): void {
    for (const alert of alerts) {
      this.book.put(alert)
      this.horizon = Math.max(this.horizon, judgedThrough(alert.version))
    }
    for (const one of series) this.series.restore(one)
    for (const silence of silences) this.silences.restore(silence)
    this.through = position
  }

  /** Offset of kpi.regional up to which it was judged, exclusive. */
  get position(): number {
    return this.through
  }

  /** Takes in a message of kpi.regional; one that was taken in before changes nothing. */
  judge(message: JudgedMessage, offset: number): void {
    if (offset < this.through) return
    const { record, region } = message
    for (const rule of this.rules.of(record, message)) this.judgeBy(rule, message, offset, region)
    this.through = offset + 1
    this.conclude(message.computed_at)
  }

  /**
   * Applies what somebody does, once. `full`: so much was done about the alert that the api would not have taken it.
   * @param now event time, epoch ms
   */
  command(command: AlertCommand, now: number): 'applied' | 'repeated' | 'unknown' | 'full' {
    this.now = Math.max(this.now, now)
    if (command.action === 'silence' || command.action === 'unsilence') {
      const outcome = this.silences.apply(command, now)
      this.conclude(now)
      return outcome
    }
    const alert = this.book.get(command.alert_id ?? '')
    if (!alert) return 'unknown'
    if (hasCommand(alert, command.command_id)) return 'repeated'
    if (commandsOf(alert) >= mostCommands) return 'full'
    this.changes.put(applyCommand(alert, command, this.rules.get(alert.rule)), command.at)
    this.conclude(command.at)
    return 'applied'
  }

  /** What follows from time alone: silences begin and end, nobody acknowledges, what was restless is steady. */
  tick(now: number): void {
    this.now = Math.max(this.now, now)
    if (this.through < this.horizon) return
    for (const alert of this.book.open()) {
      if (!isOn(alert)) continue
      const next = escalated(this.steadied(alert), this.rules.get(alert.rule)?.escalateAfterMs ?? null, now)
      if (next !== alert) this.changes.put(next, now)
    }
    this.conclude(now)
  }

  /** Forgets what has been over for long. @param now event time, epoch ms */
  sweep(now: number): void {
    for (const id of expired(this.book.all(), now, this.options.mostOver)) this.changes.remove(id)
    this.silences.sweep(now)
  }

  /** @param now event time, epoch ms */
  changeRules(rules: readonly Rule[], now: number): void {
    this.rules = new RuleSet(rules)
    for (const alert of this.book.open()) {
      const rule = this.rules.get(alert.rule)
      if (!rule) this.episodes.end(alert, now, 'the rule is gone')
      else if (!isInScope(rule, alert)) this.episodes.end(alert, now, 'no longer in the scope of the rule')
    }
    for (const one of [...this.series.all()]) {
      const rule = this.rules.get(one.rule)
      if (!rule) this.series.remove(one.rule, one.region)
      else if (one.judgedBy !== judgedBy(rule)) this.judgeAnew(rule, one, now)
    }
    this.derivedAll = false
    this.conclude(now)
  }

  /** Everything that changed since: the newest value of each alert, null for what is no longer kept. */
  take(): ReadonlyMap<string, Alert | null> {
    return this.changes.take()
  }

  private judgeBy(rule: Rule, message: JudgedMessage, offset: number, region: string): void {
    const window = windowOf(message, rule.kpi)
    const known = this.series.get(rule.name, region)
    if (!window || (known && offset < known.through)) return
    this.evaluations++
    const before = known?.state ?? emptySeries()
    if (isSettled(before, window.start)) this.tooOld++
    const after = observe(rule, before, window, this.options.keep)
    if (after === before) return
    this.series.set(rule.name, region, after, judgedBy(rule))
    const { level, computed_at: at, window_end: end } = message
    const place = { region, level }
    const note = at - end > this.options.horizonMs ? backfill : null
    if (this.episodes.include(rule, place, offset)) return
    const { start, revision } = window
    this.episodes.follow(rule, place, before, after, { at, note, window: { start, revision } })
  }

  /** The windows that are kept, as if they came for the first time. */
  private judgeAnew(rule: Rule, { region, state }: Series, now: number): void {
    const anew = { base: { ...state.base, open: null }, windows: state.windows }
    const level = regionOf(region)?.level
    this.series.set(rule.name, region, anew, judgedBy(rule))
    if (level) this.episodes.judgeAnew(rule, { region, level }, anew, now)
  }

  private steadied(alert: Alert): Alert {
    const at = steadyAt(alert, this.options.flapping)
    return alert.flapping && this.now >= at
      ? withEntry({ ...alert, flapping: false }, 'steady', { at })
      : alert
  }

  /** What follows for others from what changed, and one version for all of it. */
  private conclude(at: number): void {
    this.now = Math.max(this.now, at)
    if (this.through >= this.horizon) {
      const active = this.silences
        .active(this.now)
        .map(({ silence_id }) => silence_id)
        .join()
      const all = !this.derivedAll || active !== this.activeSilences
      this.derivedAll = true
      this.activeSilences = active
      const changed = all ? this.book.open() : this.changes.changed()
      if (changed.length > 0) this.derive(changed, at)
    }
    this.changes.seal(this.through)
  }

  private derive(changed: readonly Alert[], at: number): void {
    const { book, silences, now } = this
    deriveMutings({
      changed,
      book,
      silences,
      ruleOf: name => this.rules.get(name),
      flapping: this.options.flapping,
      put: alert => this.changes.put(alert, at),
      at,
      now,
    })
  }
}

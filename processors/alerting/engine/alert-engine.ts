import { type Alert, isOpen } from '../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import { regionOf } from '../../../schemas/regions/regions.ts'
import { AlertBook } from '../book/alert-book.ts'
import { alertId } from '../book/alert-id.ts'
import { judgedThrough } from '../book/alert-version.ts'
import { applyTransition, over, refreshed } from '../book/apply-transition.ts'
import type { FlapLimits } from '../book/flapping.ts'
import type { Cause } from '../book/history.ts'
import { episodesOf } from '../judge/episodes-of.ts'
import { emptySeries, isSettled, observe, type SeriesState } from '../judge/series-state.ts'
import { type Transition, transitionsOf } from '../judge/transitions.ts'
import { AlertChanges } from './alert-changes.ts'
import { type JudgedMessage, windowOf } from './judged-message.ts'
import { deriveMutings } from './mutings.ts'
import { isInScope, judgedBy, RuleSet } from './rule-set.ts'
import { type Series, SeriesTable } from './series-table.ts'

export interface EngineOptions {
  /** Windows of a series that corrections may still change. */
  readonly keep: number
  readonly flapping: FlapLimits
}

/** What was known when the process ended last. */
export interface Known {
  readonly alerts: readonly Alert[]
  readonly series: readonly Series[]
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
  private readonly options: EngineOptions
  private readonly changes = new AlertChanges(this.book)
  private rules: RuleSet
  private through = 0
  /** Some alerts include the log up to here already: until it is reached again, what they mean for others is not asked. */
  private horizon = 0
  private derivedAll = false
  evaluations = 0
  tooOld = 0

  constructor(options: EngineOptions, rules: readonly Rule[]) {
    this.options = options
    this.rules = new RuleSet(rules)
  }

  restore({ alerts, series, position }: Known): void {
    for (const alert of alerts) {
      this.book.put(alert)
      this.horizon = Math.max(this.horizon, judgedThrough(alert.version))
    }
    for (const one of series) this.series.restore(one)
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

  /** @param now event time, epoch ms */
  changeRules(rules: readonly Rule[], now: number): void {
    this.rules = new RuleSet(rules)
    for (const alert of this.book.open()) {
      const rule = this.rules.get(alert.rule)
      if (!rule) this.end(alert, now, 'the rule is gone')
      else if (!isInScope(rule, alert)) this.end(alert, now, 'no longer in the scope of the rule')
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
    const cause: Cause = {
      at: message.computed_at,
      window: { start: window.start, revision: window.revision },
    }
    for (const transition of transitionsOf(rule, before, after))
      this.apply(rule, message, transition, cause, offset)
    this.refresh(rule, message, after, cause.at, offset)
  }

  private apply(
    rule: Rule,
    place: JudgedMessage,
    transition: Transition,
    cause: Cause,
    offset: number,
  ): void {
    const since = (transition.was ?? transition.episode).activeSince
    const alert = this.alertOf(rule.name, place.region, since)
    if (alert && includes(alert, offset)) return
    const { region, level } = place
    const next = applyTransition(rule, { region, level }, transition, alert, cause)
    if (next) this.changes.put(next, cause.at)
  }

  /** An alert that goes on shows the newest final value. */
  private refresh(
    rule: Rule,
    { region }: JudgedMessage,
    state: SeriesState,
    at: number,
    offset: number,
  ): void {
    const open = this.book.openOf(region).find(alert => alert.rule === rule.name)
    if (!open || includes(open, offset)) return
    const episode = episodesOf(rule, state).at(-1)
    if (!episode || episode.activeSince !== open.active_since || episode.state === 'resolved') return
    const next = refreshed(open, rule, episode)
    if (next) this.changes.put(next, at)
  }

  /** The alert about the episode that begins then; where a retracted one began there too, the one that holds. */
  private alertOf(rule: string, region: string, since: number): Alert | undefined {
    const about = this.book.ofSeries(rule, region).filter(alert => alert.active_since === since)
    return (
      about.find(({ state }) => state !== 'retracted') ??
      about[0] ??
      this.book.get(alertId(rule, region, since))
    )
  }

  /** The windows that are kept, as if they came for the first time; what is on goes on if it would be on now. */
  private judgeAnew(rule: Rule, { region, state }: Series, now: number): void {
    const anew = { base: { ...state.base, open: null }, windows: state.windows }
    this.series.set(rule.name, region, anew, judgedBy(rule))
    const level = regionOf(region)?.level
    const episode = episodesOf(rule, anew).at(-1)
    const open = this.book.ofSeries(rule.name, region).find(isOpen)
    if (!level || !episode || episode.state === 'resolved') {
      if (open) this.end(open, now, 'the rule changed')
      return
    }
    const turn = !episode.firedBy ? 'pending' : open?.fired_at ? 'corrected' : 'fired'
    const cause: Cause = { at: now, note: 'the rule changed' }
    const next = applyTransition(rule, { region, level }, { turn, episode, was: null }, open, cause)
    if (next) this.changes.put(next, now)
  }

  private end(alert: Alert, now: number, note: string): void {
    this.changes.put(over(alert, { at: now }, note), now)
  }

  /** What follows for others from what changed, and one version for all of it. */
  private conclude(at: number): void {
    if (this.through >= this.horizon) {
      const changed = this.derivedAll ? this.changes.changed() : this.book.open()
      this.derivedAll = true
      if (changed.length > 0) {
        deriveMutings({
          changed,
          book: this.book,
          ruleOf: name => this.rules.get(name),
          flapping: this.options.flapping,
          put: alert => this.changes.put(alert, at),
          at,
        })
      }
    }
    this.changes.seal(this.through)
  }
}

/** Whether what the message says is part of the alert already. */
function includes({ version }: Alert, offset: number): boolean {
  return judgedThrough(version) > offset
}

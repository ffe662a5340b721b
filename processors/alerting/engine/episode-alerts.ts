import { type Alert, cameToNothing, isOpen } from '../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../schemas/alerts/rule.ts'
import type { AlertBook } from '../book/alert-book.ts'
import { alertId } from '../book/alert-id.ts'
import { judgedThrough } from '../book/alert-version.ts'
import { applyTransition, over, refreshed } from '../book/apply-transition.ts'
import type { Cause } from '../book/history.ts'
import type { Place } from '../book/new-alert.ts'
import type { Episode } from '../judge/episode.ts'
import { episodesOf } from '../judge/episodes-of.ts'
import type { SeriesState } from '../judge/series-state.ts'
import { transitionsOf } from '../judge/transitions.ts'
import type { AlertChanges } from './alert-changes.ts'

/** Keeps the alerts of a rule in a region as its episodes are. */
export class EpisodeAlerts {
  private readonly book: AlertBook
  private readonly changes: AlertChanges

  constructor(book: AlertBook, changes: AlertChanges) {
    this.book = book
    this.changes = changes
  }

  /** Whether what follows from a message was told already, before the process was killed. */
  include(rule: Rule, { region }: Place, offset: number): boolean {
    return this.book.ofSeries(rule.name, region).some(({ version }) => judgedThrough(version) > offset)
  }

  /** Applies what a window changed. */
  follow(rule: Rule, place: Place, before: SeriesState, after: SeriesState, cause: Cause): void {
    /** An episode may take several turns at once, and its begin be moved by the first. */
    const ids = new Map<Episode, string>()
    for (const transition of transitionsOf(rule, before, after)) {
      const { episode, was } = transition
      const known = ids.get(episode)
      const alert = known ? this.book.get(known) : this.about(rule, place, (was ?? episode).activeSince)
      const next = applyTransition(rule, place, transition, alert, cause)
      if (!next) continue
      const told = alert ? next : this.withFreeId(next)
      ids.set(episode, told.alert_id)
      this.changes.put(told, cause.at)
    }
    this.refresh(rule, place, after, cause.at)
  }

  /** The windows that are kept were judged by another rule of this name: what is on goes on if it would be on now. */
  judgeAnew(rule: Rule, place: Place, state: SeriesState, now: number): void {
    const episode = episodesOf(rule, state).at(-1)
    const open = this.book.ofSeries(rule.name, place.region).find(isOpen)
    if (!episode || episode.state === 'resolved') {
      if (open) this.end(open, now, 'the rule changed')
      return
    }
    const turn = !episode.firedBy ? 'pending' : open?.fired_at ? 'corrected' : 'fired'
    const cause: Cause = { at: now, note: 'the rule changed' }
    const alert = open ?? this.about(rule, place, episode.activeSince)
    const next = applyTransition(rule, place, { turn, episode, was: null }, alert, cause)
    if (next) this.changes.put(alert ? next : this.withFreeId(next), now)
  }

  end(alert: Alert, now: number, note: string): void {
    this.changes.put(over(alert, { at: now }, note), now)
  }

  /**
   * The alert about the episode that begins then. A correction may have moved its begin to where another began that was
   * retracted or came to nothing: that one is about no episode any more, and taken only where there is no other.
   */
  private about({ name }: Rule, { region }: Place, since: number): Alert | undefined {
    const about = this.book.ofSeries(name, region).filter(alert => alert.active_since === since)
    const holds = (alert: Alert): boolean => alert.state !== 'retracted' && !cameToNothing(alert)
    return about.find(isOpen) ?? about.find(holds) ?? about[0]
  }

  /** A correction may have moved the begin of the alert that has the id: it is about another episode then. */
  private withFreeId(alert: Alert): Alert {
    const id = alertId(alert.rule, alert.region, alert.active_since)
    let free = id
    for (let n = 2; this.book.get(free); n++) free = `${id}-${n}`
    return { ...alert, alert_id: free }
  }

  /** An alert that goes on shows the newest final value. */
  private refresh(rule: Rule, { region }: Place, state: SeriesState, at: number): void {
    const open = this.book.openOf(region).find(alert => alert.rule === rule.name)
    const episode = open && episodesOf(rule, state).at(-1)
    if (!episode || episode.activeSince !== open.active_since || episode.state === 'resolved') return
    const next = refreshed(open, rule, episode)
    if (next) this.changes.put(next, at)
  }
}

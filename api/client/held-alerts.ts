import { type AlertLine, isOpen } from '../../schemas/alerts/alert.ts'
import type { AlertTold, Snapshot } from '../../schemas/protocol/stream.ts'
import { mayHoldAlert, type Subscriptions } from './subscriptions.ts'

/** What a frame changed. */
export interface AlertChange {
  /** Each newer than the one held before. */
  readonly changed: readonly AlertLine[]
  /** Alerts that are no longer held, as they were. */
  readonly gone: readonly AlertLine[]
}

/** Those that are over are held up to so many, the last ones. */
const endedHeld = 500
/** Versions of so many alerts that are no longer held are remembered. */
const versionsKept = 5_000

/**
 * The alerts of all subscriptions that ask for some. That no older version of an alert follows a newer one is decided
 * here, whichever server speaks; what is not listed in a snapshot is no more, unless its server has read less than the one
 * before.
 */
export class HeldAlerts {
  private readonly held = new Map<string, AlertLine>()
  /** The alerts of each subscription, by its name on the wire. */
  private readonly members = new Map<string, Set<string>>()
  /** Versions that were handed over, of alerts that are not held any more. */
  private readonly seen = new Map<string, number>()
  private position = 0
  private isOfOtherLog = false

  all(): Iterable<AlertLine> {
    return this.held.values()
  }

  /** What is held is of a log that is no more: it stands until the first snapshot of the new one. */
  ofOtherLog(): void {
    this.isOfOtherLog = true
  }

  takeSnapshot({ id, alerts, alerts_position }: Snapshot): AlertChange {
    if (alerts_position === undefined) return { changed: [], gone: this.isOfOtherLog ? this.clear() : [] }
    const lost = this.isOfOtherLog ? this.clear() : []
    const before = this.members.get(id) ?? new Set()
    const listed = new Set(alerts.map(({ alert_id }) => alert_id))
    const hasReadAll = alerts_position >= this.position
    this.members.set(id, hasReadAll ? listed : new Set([...before, ...listed]))
    this.position = Math.max(this.position, alerts_position)
    const changed = this.put(alerts)
    const left = [...this.release(before), ...this.trim()]
    return { changed, gone: [...lost, ...left].filter(({ alert_id }) => !this.held.has(alert_id)) }
  }

  /**
   * An alert that was not held before is counted to every subscription that may hold it. One that none does is of a
   * subscription that has just ended, and so is what another log says before its first snapshot.
   */
  takeAlert({ alert, alerts_position }: AlertTold, subscriptions: Subscriptions): AlertChange {
    if (this.isOfOtherLog) return { changed: [], gone: [] }
    this.position = Math.max(this.position, alerts_position)
    if (!this.held.has(alert.alert_id)) {
      const those = subscriptions.flatMap(({ wireId, selection }) =>
        mayHoldAlert(selection, alert) ? (this.members.get(wireId) ?? []) : [],
      )
      if (those.length === 0) return { changed: [], gone: [] }
      for (const ids of those) ids.add(alert.alert_id)
    }
    const changed = this.put([alert])
    return { changed, gone: this.trim() }
  }

  rename(from: string, to: string): void {
    const ids = this.members.get(from)
    if (!ids) return
    this.members.delete(from)
    this.members.set(to, ids)
  }

  /** Lets go of the alerts that no other subscription has. */
  drop(wireId: string): AlertChange {
    const ids = this.members.get(wireId)
    if (!ids) return { changed: [], gone: [] }
    this.members.delete(wireId)
    return { changed: [], gone: this.release(ids) }
  }

  private put(alerts: readonly AlertLine[]): readonly AlertLine[] {
    return alerts.filter(alert => {
      const { alert_id, version } = alert
      const known = this.held.get(alert_id)
      // One that was let go of comes back as it was handed over last, or newer.
      if (known ? known.version >= version : (this.seen.get(alert_id) ?? 0) > version) return false
      this.held.delete(alert_id)
      this.held.set(alert_id, alert)
      this.seen.delete(alert_id)
      return true
    })
  }

  /** Lets go of those that no subscription has. */
  private release(ids: Iterable<string>): readonly AlertLine[] {
    const gone: AlertLine[] = []
    for (const id of ids) {
      const alert = this.held.get(id)
      if (!alert || [...this.members.values()].some(set => set.has(id))) continue
      this.letGo(alert)
      gone.push(alert)
    }
    return gone
  }

  private trim(): readonly AlertLine[] {
    if (this.held.size <= endedHeld) return []
    const ended = [...this.held.values()].filter(alert => !isOpen(alert))
    const surplus = ended.slice(0, Math.max(0, ended.length - endedHeld))
    for (const alert of surplus) {
      this.letGo(alert)
      for (const ids of this.members.values()) ids.delete(alert.alert_id)
    }
    return surplus
  }

  private letGo({ alert_id, version }: AlertLine): void {
    this.held.delete(alert_id)
    this.seen.set(alert_id, version)
    if (this.seen.size <= versionsKept) return
    const [oldest] = this.seen.keys()
    if (oldest !== undefined) this.seen.delete(oldest)
  }

  private clear(): readonly AlertLine[] {
    this.isOfOtherLog = false
    const alerts = [...this.held.values()]
    this.held.clear()
    this.seen.clear()
    this.position = 0
    for (const ids of this.members.values()) ids.clear()
    return alerts
  }
}

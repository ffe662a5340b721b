import { type Alert, isOpen } from '../../schemas/alerts/alert.ts'

/** Alerts that are over are kept, the newest ones, up to so many; older ones are in ClickHouse. */
const endedKept = 5_000
/** They are let go of in lots, so that not every new one looks at all of them. */
const endedSlack = 500

/** What became of an alert that was put in. */
export type Outcome = 'applied' | 'old'

interface Held {
  readonly alert: Alert
  /** Of the change with which it came. */
  readonly change: number
  /** As the stream tells it: made when first asked for. */
  json?: string
}

/**
 * Alerts as they stand: all that go on, and the newest of those that are over. Of one alert the greatest version holds,
 * whatever the order and repetition in which versions come. Changes are counted, so that somebody who holds what was so
 * at one of them can be told what came after it.
 */
export class AlertBook {
  private readonly kept: number
  private readonly byId = new Map<string, Held>()
  private ended = 0
  private changes = 0
  private forgottenAt = 0
  private completeFrom = Number.NEGATIVE_INFINITY
  private readPosition = 0

  /** @param kept alerts that are over and stay */
  constructor(kept: number = endedKept) {
    this.kept = kept
  }

  get size(): number {
    return this.byId.size
  }

  /** Changes so far. */
  get change(): number {
    return this.changes
  }

  /** The change with which an alert was last let go of: who was told less cannot be told everything any more. */
  get forgottenChange(): number {
    return this.forgottenAt
  }

  /** Every alert that was updated after this (event time, epoch ms) is here. */
  get completeSince(): number {
    return this.completeFrom
  }

  /** Offset of `alert.events` up to which everything was put in, exclusive. */
  get position(): number {
    return this.readPosition
  }

  /** Reading may begin again further back; the position never does. */
  advanceTo(position: number): void {
    this.readPosition = Math.max(this.readPosition, position)
  }

  put(alert: Alert): Outcome {
    const held = this.byId.get(alert.alert_id)
    if (held && held.alert.version >= alert.version) return 'old'
    if (held) this.take(held)
    // At the end of the map: it is in the order of changes.
    this.byId.set(alert.alert_id, { alert, change: ++this.changes })
    if (!isOpen(alert) && ++this.ended > this.kept + endedSlack) this.forgetOldest()
    return 'applied'
  }

  /** Its log does not keep it any more. */
  forget(id: string): void {
    const held = this.byId.get(id)
    if (held) this.letGo(held)
  }

  get(id: string): Alert | undefined {
    return this.byId.get(id)?.alert
  }

  *[Symbol.iterator](): Generator<Alert> {
    for (const { alert } of this.byId.values()) yield alert
  }

  /** Those that changed after a change, in the order in which they did. */
  changedSince(change: number): readonly Alert[] {
    if (change >= this.changes) return []
    return [...this.byId.values()].filter(held => held.change > change).map(({ alert }) => alert)
  }

  /** One as the stream tells it: without its history. */
  jsonOf({ alert_id }: Alert): string {
    const held = this.byId.get(alert_id)
    if (!held) throw new RangeError(`no alert ${alert_id}`)
    const { history: _told, ...line } = held.alert
    held.json ??= JSON.stringify(line)
    return held.json
  }

  private take(held: Held): void {
    this.byId.delete(held.alert.alert_id)
    if (!isOpen(held.alert)) this.ended--
  }

  private letGo(held: Held): void {
    this.take(held)
    this.forgottenAt = ++this.changes
    this.completeFrom = Math.max(this.completeFrom, held.alert.updated_at)
  }

  private forgetOldest(): void {
    const ended = [...this.byId.values()].filter(({ alert }) => !isOpen(alert))
    ended.sort((left, right) => left.alert.updated_at - right.alert.updated_at)
    for (const held of ended.slice(0, ended.length - this.kept)) this.letGo(held)
  }
}

import type { Clock } from '../../platform/clock.ts'
import type { AlertBook } from '../alerts/alert-book.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { alertsPart } from './alert-frames.ts'
import { AlertTeller } from './alert-teller.ts'
import { catchUpFrame, deltaFrame, type Extent, type Frame, snapshotFrame } from './frames.ts'
import { type Connection, Session } from './session.ts'
import { Shapes } from './shapes.ts'
import type { StreamLimits } from './stream-limits.ts'
import type { StreamMetrics } from './stream-metrics.ts'

export interface StreamHubOptions {
  readonly table: CellTable
  readonly alerts: AlertBook
  readonly metrics: StreamMetrics
  readonly limits: StreamLimits
  /** The data's clock: what `server_time` and `sent_at` say. */
  readonly clock: Clock
  /** Measures silence and heartbeats. */
  readonly wall: Clock
}

/**
 * All clients of the stream. Changes go out in ticks: per tick and distinct shape one frame is encoded and the same
 * bytes go to all its members. Snapshots are taken between two ticks, so that the deltas which follow begin exactly
 * where the snapshot ends. A client that does not keep up costs a number, the position up to which it was told
 * everything: what it missed is asked of the table when it reads again.
 */
export class StreamHub {
  private readonly options: StreamHubOptions
  private readonly shapes = new Shapes<Session>()
  private readonly sessions = new Set<Session>()
  private readonly behind = new Set<Session>()
  private readonly alertTeller: AlertTeller
  /** Everything below was handed to those who keep up. */
  private told = 0

  constructor(options: StreamHubOptions) {
    this.options = options
    const { table, alerts: book, wall } = options
    // What changed of cells was sent before.
    const onCongested = (session: Session): void => this.skip(session, table.position, wall.now())
    this.alertTeller = new AlertTeller({ book, table, onCongested })
  }

  get size(): number {
    return this.sessions.size
  }

  open(connection: Connection): Session {
    const { table, metrics, limits, wall } = this.options
    const session = new Session({
      connection,
      shapes: this.shapes,
      space: table.space,
      metrics,
      limits,
      openedAt: wall.now(),
    })
    this.sessions.add(session)
    return session
  }

  /** The client is gone. */
  remove(session: Session): void {
    session.end()
    this.sessions.delete(session)
    this.behind.delete(session)
  }

  heard(session: Session): void {
    session.lastHeardAt = this.options.wall.now()
  }

  /** Sends what changed since the tick before, what was missed, then the snapshots that are waited for. */
  tick(): void {
    const { table, metrics, clock, wall } = this.options
    const stopTimer = metrics.tickSeconds.startTimer()
    const now = wall.now()
    const sentAt = clock.now()
    this.sendChanges(now, sentAt)
    this.catchUp(now, sentAt)
    this.alertTeller.tell(this.sessions, now)
    this.sendSnapshots(now)
    this.keepAlive(now, sentAt)
    this.told = table.position
    metrics.clients.set(this.sessions.size)
    metrics.behind.set(this.behind.size)
    metrics.shapes.set(this.shapes.size)
    stopTimer()
  }

  /** Tells every client that the server is stopping. */
  closeAll(): void {
    for (const session of [...this.sessions]) session.close('goingAway')
  }

  /** Ends what a kiosk token opened. */
  closeKiosk(id: string): void {
    for (const session of [...this.sessions]) {
      if (session.viewer?.kiosk?.id === id) session.close('kioskRevoked')
    }
  }

  private sendChanges(now: number, sentAt: number): void {
    const { table } = this.options
    const changed = table.takeChanged()
    if (changed.length === 0) return
    for (const { cells, members } of this.shapes.withMembers()) {
      const frame = deltaFrame(table, changed, cells, sentAt)
      if (!frame) continue
      for (const session of [...members]) {
        if (session.behind) continue
        if (session.isCongested) this.skip(session, this.told, now)
        else session.deliver(frame, now)
      }
    }
  }

  /** Sends it nothing until it has read what it has. */
  private skip(session: Session, from: number, now: number): void {
    if (session.behind) return
    session.fallBehind(from, now)
    this.behind.add(session)
  }

  /** The newest value of every cell that changed since, for those who have read what they had. */
  private catchUp(now: number, sentAt: number): void {
    const { table, limits } = this.options
    const made = new Map<string, Frame | undefined>()
    for (const session of [...this.behind]) {
      const { behind, shape } = session
      if (!behind) this.behind.delete(session)
      else if (!session.isCongested) {
        if (shape) {
          const key = `${behind.from}|${shape.key}`
          if (!made.has(key)) made.set(key, catchUpFrame(table, behind.from, shape.cells, sentAt))
          const frame = made.get(key)
          if (frame) session.deliver(frame, now)
        }
        session.caughtUp()
        this.behind.delete(session)
      } else if (now - behind.since > limits.maxBehindMs) session.close('tooSlow')
    }
  }

  private sendSnapshots(now: number): void {
    const { table, alerts: book } = this.options
    // Walls that come back together ask for the same: encoded once for all of them.
    const made = new Map<string, Frame>()
    for (const session of this.sessions) {
      if (session.behind || session.isCongested) continue
      const { seen, waitsUntil } = session.resumed
      // A client may come from a server that was ahead of this one: it is not to see time run backwards, whatever it
      // asks for, unless it is told so.
      const isAhead = seen > table.position
      if (isAhead && now < waitsUntil) continue
      for (const { id, shape, extent: asked } of session.takeWaiting()) {
        const extent: Extent = isAhead ? { reason: 'position_ahead' } : asked
        const regions = session.scope.begin(id)
        const key = `${extent.since}|${extent.reason}|${shape.key}|${regions}|${id}`
        const alerts = () => alertsPart(book, table.space, regions)
        const frame = made.get(key) ?? snapshotFrame(table, id, shape.cells, extent, alerts())
        made.set(key, frame)
        session.deliver(frame, now)
      }
    }
  }

  private keepAlive(now: number, serverTime: number): void {
    const { table, limits } = this.options
    for (const session of this.sessions) {
      const heard = now - session.lastHeardAt
      const { viewer, idleSince } = session
      if (session.awaitsHello) {
        if (now - session.openedAt > limits.helloMs) session.close('helloExpected')
      } else if (heard > limits.silentMs) session.close('silent')
      // Its token is being checked.
      else if (!viewer) continue
      else if (idleSince !== undefined && now - idleSince > limits.idleMs) session.close('idle')
      else if (viewer.expiresAt !== null && viewer.expiresAt <= now) session.close('tokenExpired')
      // A heartbeat says that everything below its position was sent.
      else if (now - session.lastPlacedAt >= limits.heartbeatMs && !session.behind && !session.isCongested) {
        session.send({ type: 'heartbeat', position: table.position, server_time: serverTime }, now)
      }
    }
  }
}

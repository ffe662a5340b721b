import type { Clock } from '../../platform/clock.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { type ClientMessage, protocolVersion, type Subscribe } from '../../schemas/protocol/stream.ts'
import type { Access, Caller } from '../access/access.ts'
import { requireRegions } from '../access/permissions.ts'
import type { Viewer } from '../access/viewer.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { select } from '../cells/selection.ts'
import { type Parsed, parseClientMessage } from './client-message.ts'
import { deltaFrame, type Frame, snapshotFrame } from './frames.ts'
import { type Connection, maxSubscriptions, Session } from './session.ts'
import { Shapes } from './shapes.ts'
import type { StreamMetrics } from './stream-metrics.ts'

/** Times are wall milliseconds. */
export interface StreamLimits {
  /** A client to which nothing was sent for this long is sent a heartbeat. */
  readonly heartbeatMs: number
  /** A client from which nothing, not even a pong, came for this long is closed. */
  readonly silentMs: number
  /** The first message must be a hello and come within this. */
  readonly helloMs: number
  readonly maxBufferedBytes: number
}

export interface StreamHubOptions {
  readonly table: CellTable
  readonly access: Access
  readonly metrics: StreamMetrics
  readonly limits: StreamLimits
  /** The data's clock: what `server_time` and `sent_at` say. */
  readonly clock: Clock
  readonly clockSpeed: number
  /** Measures silence and heartbeats. */
  readonly wall: Clock
}

/**
 * All clients of the stream. Changes go out in ticks: per tick and distinct shape one frame is encoded and the same
 * bytes go to all its members. Snapshots are taken between two ticks, so that the deltas which follow begin exactly
 * where the snapshot ends.
 */
export class StreamHub {
  private readonly options: StreamHubOptions
  private readonly shapes = new Shapes<Session>()
  private readonly sessions = new Set<Session>()
  /** Sessions whose token is being looked at; what they say meanwhile is answered after it. */
  private readonly greetings = new Map<Session, Promise<void>>()

  constructor(options: StreamHubOptions) {
    this.options = options
  }

  open(connection: Connection): Session {
    const { table, metrics, limits, wall } = this.options
    const session = new Session({
      connection,
      shapes: this.shapes,
      space: table.space,
      metrics,
      maxBufferedBytes: limits.maxBufferedBytes,
      openedAt: wall.now(),
    })
    this.sessions.add(session)
    return session
  }

  /** The client is gone. */
  remove(session: Session): void {
    session.end()
    this.sessions.delete(session)
  }

  heard(session: Session): void {
    session.lastHeardAt = this.options.wall.now()
  }

  receive(session: Session, text: string, caller: Caller): void {
    if (session.isClosed) return
    const now = this.options.wall.now()
    session.lastHeardAt = now
    const greeting = this.greetings.get(session)
    if (greeting) {
      void greeting.then(() => this.receive(session, text, caller))
      return
    }
    const parsed = parseClientMessage(text)
    if (parsed.kind === 'unknown') session.close('badMessage', parsed.reason)
    else if (!session.viewer) this.greet(session, parsed, caller, now)
    else if (parsed.kind === 'invalid') session.error('invalid_message', parsed.reason, now, parsed.id)
    else this.answer(session, parsed.message, now)
  }

  /** Sends what changed since the tick before, then the snapshots that are waited for. */
  tick(): void {
    const { table, metrics, clock, wall } = this.options
    const stopTimer = metrics.tickSeconds.startTimer()
    const now = wall.now()
    const sentAt = clock.now()
    const changed = table.takeChanged()
    if (changed.length > 0) {
      for (const { cells, members } of this.shapes.withMembers()) {
        const frame = deltaFrame(table, changed, cells, sentAt)
        if (frame) for (const session of [...members]) this.deliver(session, frame, now)
      }
    }
    this.sendSnapshots(now)
    this.keepAlive(now, sentAt)
    metrics.clients.set(this.sessions.size)
    metrics.shapes.set(this.shapes.size)
    stopTimer()
  }

  /** Tells every client that the server is stopping. */
  closeAll(): void {
    for (const session of [...this.sessions]) session.close('goingAway')
  }

  private greet(session: Session, parsed: Parsed, caller: Caller, now: number): void {
    const { access } = this.options
    if (parsed.kind !== 'message' || parsed.message.type !== 'hello') {
      session.close('helloExpected')
      return
    }
    const { protocol, token = caller.token } = parsed.message
    if (protocol !== protocolVersion) {
      session.close('protocolUnsupported')
      return
    }
    try {
      if (token === undefined) {
        this.welcome(session, access.admitAnonymous(caller), now)
        return
      }
    } catch (error) {
      session.close('unauthorized', messageOf(error))
      return
    }
    const greeting = access
      .admit({ ...caller, token })
      .then(viewer => this.welcome(session, viewer, this.options.wall.now()))
      .catch((error: unknown) => session.close('unauthorized', messageOf(error)))
      .finally(() => this.greetings.delete(session))
    this.greetings.set(session, greeting)
  }

  private welcome(session: Session, viewer: Viewer, now: number): void {
    const { table, limits, clock, clockSpeed } = this.options
    session.viewer = viewer
    // `resume` has its place here; until then everybody gets a fresh snapshot, which is always right.
    session.send(
      {
        type: 'welcome',
        protocol: protocolVersion,
        position: table.position,
        heartbeat_ms: limits.heartbeatMs,
        server_time: clock.now(),
        clock_speed: clockSpeed,
      },
      now,
    )
  }

  private answer(session: Session, message: ClientMessage, now: number): void {
    switch (message.type) {
      case 'hello':
        session.error('already_greeted', 'hello was said before', now)
        break
      case 'subscribe':
        this.subscribe(session, message, now)
        break
      case 'unsubscribe':
        if (session.unsubscribe(message.id)) break
        session.error('unknown_subscription', 'there is no subscription of this id', now, message.id)
        break
      case 'ping':
        session.send({ type: 'pong' }, now)
        break
    }
  }

  private subscribe(session: Session, message: Subscribe, now: number): void {
    try {
      const cells = select(this.options.table.space, message)
      if (session.viewer) requireRegions(session.viewer, message)
      if (session.subscribe(message.id, cells)) return
      session.error('too_many_subscriptions', `at most ${maxSubscriptions} subscriptions`, now, message.id)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      session.error(error.code, error.message, now, message.id)
    }
  }

  private sendSnapshots(now: number): void {
    // Walls that come back together ask for the same: encoded once for all of them.
    const made = new Map<string, Frame>()
    for (const session of this.sessions) {
      for (const { id, shape } of session.takeWaiting()) {
        const key = `${shape.key}${id}`
        const frame = made.get(key) ?? snapshotFrame(this.options.table, id, shape.cells)
        made.set(key, frame)
        this.deliver(session, frame, now)
      }
    }
  }

  private keepAlive(now: number, serverTime: number): void {
    const { table, limits } = this.options
    for (const session of this.sessions) {
      const heard = now - session.lastHeardAt
      if (!session.viewer) {
        if (heard > limits.helloMs) session.close('helloExpected')
      } else if (heard > limits.silentMs) session.close('silent')
      else if (now - session.lastSentAt >= limits.heartbeatMs) {
        session.send({ type: 'heartbeat', position: table.position, server_time: serverTime }, now)
      }
    }
  }

  private deliver(session: Session, { bytes, type, cells }: Frame, now: number): void {
    session.deliver(bytes, type, cells, now)
  }
}

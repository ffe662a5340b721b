import type { Clock } from '../../platform/clock.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { CloseReason } from '../../schemas/protocol/close-codes.ts'
import {
  type ClientMessage,
  type Hello,
  protocolVersion,
  type Subscribe,
} from '../../schemas/protocol/stream.ts'
import type { Access, Caller } from '../access/access.ts'
import { requireRegions } from '../access/permissions.ts'
import type { CellTable } from '../cells/cell-table.ts'
import { select } from '../cells/selection.ts'
import { alertRegions } from './alert-scope.ts'
import { type Parsed, parseClientMessage } from './client-message.ts'
import type { Resumed, Session } from './session.ts'
import type { StreamLimits } from './stream-limits.ts'

export interface ConversationOptions {
  readonly table: CellTable
  readonly access: Access
  readonly limits: StreamLimits
  /** Names the log of `kpi.regional` that positions belong to. */
  readonly logId: () => string
  /** The data's clock. */
  readonly clock: Clock
  readonly clockSpeed: number
  readonly wall: Clock
  readonly log: Log
}

type Resume = NonNullable<Hello['resume']>

/** Refusals at the door that have a close code of their own. */
const refusals: Readonly<Record<string, CloseReason>> = {
  token_expired: 'tokenExpired',
  kiosk_revoked: 'kioskRevoked',
  // Not the token's fault: it may be as good as ever in a moment.
  keys_unavailable: 'failed',
  rate_limited: 'refusedTooOften',
}

/** What clients say and what they are answered: greetings and subscriptions. */
export class Conversation {
  private readonly options: ConversationOptions
  /** Sessions whose token is being checked, with what they said meanwhile. */
  private readonly atTheDoor = new WeakMap<Session, { texts: string[]; bytes: number }>()

  constructor(options: ConversationOptions) {
    this.options = options
  }

  /** Whether a frame without a message, a WebSocket ping or pong, is taken: it costs what a message costs. */
  takes(session: Session): boolean {
    if (session.isClosed) return false
    const taken = session.budget.take(this.options.wall.now())
    if (taken === 'exhausted') session.close('tooManyMessages')
    return taken === 'taken'
  }

  /** Resolved when the message was dealt with. */
  async receive(session: Session, text: string, caller: Caller): Promise<void> {
    if (session.isClosed) return
    const now = this.options.wall.now()
    session.lastHeardAt = now
    switch (session.budget.take(now)) {
      case 'refused':
        session.error('rate_limited', 'messages come faster than they are taken; this one was not', now)
        return
      case 'exhausted':
        session.close('tooManyMessages')
        return
    }
    const waiting = this.atTheDoor.get(session)
    if (!waiting) return this.take(session, text, caller, now)
    waiting.bytes += text.length
    if (waiting.bytes > this.options.limits.maxBytesBeforeGreeting) session.close('tooManyMessages')
    else waiting.texts.push(text)
  }

  private async take(session: Session, text: string, caller: Caller, now: number): Promise<void> {
    const parsed = parseClientMessage(text)
    if (parsed.kind === 'unknown') session.close('badMessage', parsed.reason)
    else if (!session.viewer) await this.greet(session, parsed, caller)
    else if (parsed.kind === 'invalid') session.error('invalid_message', parsed.reason, now, parsed.id)
    else this.answer(session, parsed.message, now)
  }

  private async greet(session: Session, parsed: Parsed, caller: Caller): Promise<void> {
    if (parsed.kind !== 'message' || parsed.message.type !== 'hello') {
      session.close('helloExpected')
      return
    }
    const hello = parsed.message
    if (hello.protocol !== protocolVersion) {
      session.close('protocolUnsupported')
      return
    }
    session.awaitsHello = false
    const door = { texts: [] as string[], bytes: 0 }
    this.atTheDoor.set(session, door)
    const isIn = await this.admit(session, hello, caller)
    this.atTheDoor.delete(session)
    if (!isIn || session.isClosed) return
    this.welcome(session, hello)
    for (const text of door.texts) await this.take(session, text, caller, this.options.wall.now())
  }

  private async admit(session: Session, { token, wall }: Hello, caller: Caller): Promise<boolean> {
    const { access, log } = this.options
    try {
      session.viewer = await access.admit({
        ...caller,
        ...(token === undefined ? {} : { token }),
        ...(wall === undefined ? {} : { wall }),
      })
      return true
    } catch (error) {
      if (error instanceof CodedError) {
        session.close(refusals[error.code] ?? 'unauthorized', `${error.code}: ${error.message}`)
      } else {
        log.error({ reason: messageOf(error) }, 'a stream client could not be let in')
        session.close('failed')
      }
      return false
    }
  }

  private welcome(session: Session, { resume }: Hello): void {
    const { table, limits, clock, clockSpeed, logId, wall } = this.options
    const log = logId()
    if (resume) session.resumed = this.resumedFrom(resume, log)
    session.send(
      {
        type: 'welcome',
        protocol: protocolVersion,
        position: table.position,
        log,
        heartbeat_ms: limits.heartbeatMs,
        server_time: clock.now(),
        clock_speed: clockSpeed,
      },
      wall.now(),
    )
  }

  /** What a client that comes back must be told, or why it must be told everything. */
  private resumedFrom({ position, seen = position, log }: Resume, ours: string): Resumed {
    const { table, limits, wall } = this.options
    if (log !== undefined && log !== ours) return { extent: { reason: 'other_log' }, seen: 0, waitsUntil: 0 }
    return {
      extent: position < table.knownFrom ? { reason: 'position_too_old' } : { since: position },
      seen: Math.max(position, seen),
      waitsUntil: wall.now() + limits.aheadMs,
    }
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
    const { table, limits } = this.options
    try {
      const cells = select(table.space, message)
      if (session.viewer) requireRegions(session.viewer, message)
      if (session.subscribe(message.id, cells, message.fresh ? {} : session.resumed.extent)) {
        session.scope.want(message.id, alertRegions(table.space, message))
        return
      }
      session.error(
        'too_many_subscriptions',
        `at most ${limits.maxSubscriptions} subscriptions`,
        now,
        message.id,
      )
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      session.error(error.code, error.message, now, message.id)
    }
  }
}

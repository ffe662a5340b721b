import { type CloseReason, closeCodes } from '../../schemas/protocol/close-codes.ts'
import type { ServerMessage, StreamError } from '../../schemas/protocol/stream.ts'
import type { Viewer } from '../access/access.ts'
import { union } from '../cells/cell-set.ts'
import type { CellSpace } from '../cells/cell-space.ts'
import { AlertScope } from './alert-scope.ts'
import type { Extent, Frame } from './frames.ts'
import { MessageBudget } from './message-budget.ts'
import type { Shape, Shapes } from './shapes.ts'
import type { StreamLimits } from './stream-limits.ts'
import type { StreamMetrics } from './stream-metrics.ts'

/** The socket as a session needs it. */
export interface Connection {
  /** Bytes handed over and not yet taken by the operating system. */
  buffered(): number
  /** A text message; the buffer is shared with other connections and must not be written to. */
  send(bytes: Buffer): void
  /** Ends it, whatever the reason says and whether or not the other side answers. */
  close(code: number, reason: string): void
}

export interface SessionOptions {
  readonly connection: Connection
  readonly shapes: Shapes<Session>
  readonly space: CellSpace
  readonly metrics: StreamMetrics
  readonly limits: StreamLimits
  /** Wall time, epoch ms. */
  readonly openedAt: number
}

/** A subscription that waits for its snapshot. */
export interface Waiting {
  readonly id: string
  readonly extent: Extent
  readonly shape: Shape<Session>
}

/** What a client brings along from before. */
export interface Resumed {
  /** What it must be told of what it holds. */
  readonly extent: Extent
  /** Up to where it has seen this log, on whichever server. */
  readonly seen: number
  /** So long it waits for a server that has not read as far, wall time, epoch ms. */
  readonly waitsUntil: number
}

const nothing: Resumed = { extent: {}, seen: 0, waitsUntil: 0 }

/** One client: what it subscribed to and what was sent to it. Its memory is bounded by the limits. */
export class Session {
  /** Who it is; nobody before the greeting. */
  viewer: Viewer | undefined
  /** Its hello has not come yet; pongs and other frames are none. */
  awaitsHello = true
  readonly openedAt: number
  resumed = nothing
  lastHeardAt: number
  /** When it was last told a position. */
  lastPlacedAt: number
  readonly budget: MessageBudget
  /** Since when it has asked for nothing, wall time, epoch ms; undefined while it has a subscription. */
  idleSince: number | undefined
  /** Of which regions it is told alerts. */
  readonly scope = new AlertScope()
  private readonly options: SessionOptions
  private readonly subscriptions = new Map<string, Shape<Session>>()
  private readonly waiting = new Map<string, Waiting>()
  /** The union of all subscriptions that have their snapshot: what deltas are made for. */
  private joined: Shape<Session> | undefined
  private missing: { readonly from: number; readonly since: number } | undefined
  private closed = false

  constructor(options: SessionOptions) {
    this.options = options
    this.budget = new MessageBudget(options.limits.messages, options.openedAt)
    this.openedAt = options.openedAt
    this.lastHeardAt = options.openedAt
    this.idleSince = options.openedAt
    this.lastPlacedAt = options.openedAt
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** More is unread than a client leaves that keeps up. */
  get isCongested(): boolean {
    return this.options.connection.buffered() > this.options.limits.conflateAboveBytes
  }

  /** Since when nothing was sent (wall time, epoch ms), and the position up to which everything was. */
  get behind(): { readonly from: number; readonly since: number } | undefined {
    return this.missing
  }

  /** What deltas are made for. */
  get shape(): Shape<Session> | undefined {
    return this.joined
  }

  /** From now on nothing is sent nor kept, until the client has read what it has. */
  fallBehind(from: number, now: number): void {
    this.options.metrics.conflated.inc()
    this.missing = { from, since: now }
  }

  caughtUp(): void {
    this.missing = undefined
  }

  /** Adds a subscription, or replaces the one of the same id; false when there are too many. */
  subscribe(id: string, cells: Uint8Array, extent: Extent): boolean {
    const { shapes, limits } = this.options
    if (!this.subscriptions.has(id) && this.subscriptions.size >= limits.maxSubscriptions) return false
    this.drop(id)
    this.idleSince = undefined
    const shape = shapes.acquire(cells)
    this.subscriptions.set(id, shape)
    this.waiting.set(id, { id, shape, extent })
    return true
  }

  unsubscribe(id: string): boolean {
    const known = this.drop(id)
    if (known) this.join()
    if (this.subscriptions.size === 0) this.idleSince ??= this.lastHeardAt
    return known
  }

  /** Hands out the subscriptions that wait for their snapshot; from now on deltas cover them. */
  takeWaiting(): readonly Waiting[] {
    if (this.waiting.size === 0) return []
    const taken = [...this.waiting.values()]
    this.waiting.clear()
    this.join()
    return taken
  }

  send(message: ServerMessage, now: number): void {
    this.deliver({ bytes: Buffer.from(JSON.stringify(message)), type: message.type, cells: 0 }, now)
  }

  error(code: string, message: string, now: number, id?: string): void {
    const error: StreamError = { type: 'error', code, message }
    this.send(id === undefined ? error : { ...error, id }, now)
  }

  /** Sends bytes that may go to others too; a client that leaves far too much unread is closed instead. */
  deliver(
    { bytes, type, cells }: Omit<Frame, 'type'> & { readonly type: ServerMessage['type'] },
    now: number,
  ): void {
    if (this.closed) return
    const { connection, limits, metrics } = this.options
    if (connection.buffered() > limits.maxBufferedBytes) {
      this.close('tooSlow')
      return
    }
    connection.send(bytes)
    if (type !== 'pong' && type !== 'error') this.lastPlacedAt = now
    metrics.sent(type, bytes.length, cells)
  }

  close(reason: CloseReason, detail: string = closeCodes[reason].doc): void {
    if (this.closed) return
    this.options.metrics.closes.inc({ reason })
    this.options.connection.close(closeCodes[reason].code, detail)
    this.end()
  }

  /** Lets go of everything; the socket is closed or closing. */
  end(): void {
    this.closed = true
    this.missing = undefined
    for (const id of [...this.subscriptions.keys()]) this.drop(id)
    this.join()
  }

  private drop(id: string): boolean {
    const shape = this.subscriptions.get(id)
    if (!shape) return false
    this.subscriptions.delete(id)
    this.waiting.delete(id)
    this.scope.end(id)
    this.options.shapes.release(shape)
    return true
  }

  private join(): void {
    const { shapes, space } = this.options
    const live = [...this.subscriptions].flatMap(([id, { cells }]) => (this.waiting.has(id) ? [] : [cells]))
    const [only] = live
    const before = this.joined
    this.joined = only ? shapes.acquire(live.length === 1 ? only : union(live, space)) : undefined
    this.joined?.members.add(this)
    if (!before) return
    if (before !== this.joined) before.members.delete(this)
    shapes.release(before)
  }
}

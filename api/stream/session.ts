import { type CloseReason, closeCodes } from '../../schemas/protocol/close-codes.ts'
import type { ServerMessage, StreamError } from '../../schemas/protocol/stream.ts'
import type { Viewer } from '../access/viewer.ts'
import { union } from '../cells/cell-set.ts'
import type { CellSpace } from '../cells/cell-space.ts'
import type { Shape, Shapes } from './shapes.ts'
import type { StreamMetrics } from './stream-metrics.ts'

/** The socket as a session needs it. */
export interface Connection {
  /** Bytes handed over and not yet taken by the operating system. */
  buffered(): number
  /** A text message; the buffer is shared with other connections and must not be written to. */
  send(bytes: Buffer): void
  close(code: number, reason: string): void
}

/** Subscriptions of one client. */
export const maxSubscriptions = 32

export interface SessionOptions {
  readonly connection: Connection
  readonly shapes: Shapes<Session>
  readonly space: CellSpace
  readonly metrics: StreamMetrics
  /** A client that leaves more than this unread is closed, bytes. */
  readonly maxBufferedBytes: number
  /** Wall time, epoch ms. */
  readonly openedAt: number
}

/** One client: what it subscribed to and what was sent to it. Its memory is bounded by the limits above. */
export class Session {
  /** Who it is; until the hello nobody. */
  viewer: Viewer | undefined
  lastHeardAt: number
  lastSentAt: number
  private readonly options: SessionOptions
  private readonly subscriptions = new Map<string, Shape<Session>>()
  /** Subscriptions that wait for their snapshot. */
  private readonly waiting = new Set<string>()
  /** The union of all subscriptions that have their snapshot: what deltas are made for. */
  private joined: Shape<Session> | undefined
  private closed = false

  constructor(options: SessionOptions) {
    this.options = options
    this.lastHeardAt = options.openedAt
    this.lastSentAt = options.openedAt
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** Adds a subscription, or replaces the one of the same id; false when there are too many. */
  subscribe(id: string, cells: Uint8Array): boolean {
    if (!this.subscriptions.has(id) && this.subscriptions.size >= maxSubscriptions) return false
    this.drop(id)
    this.subscriptions.set(id, this.options.shapes.acquire(cells))
    this.waiting.add(id)
    return true
  }

  unsubscribe(id: string): boolean {
    const known = this.drop(id)
    if (known) this.join()
    return known
  }

  /** Hands out the subscriptions that wait for a snapshot; from now on deltas cover them. */
  takeWaiting(): readonly { readonly id: string; readonly shape: Shape<Session> }[] {
    if (this.waiting.size === 0) return []
    const taken = [...this.subscriptions].flatMap(([id, shape]) =>
      this.waiting.has(id) ? [{ id, shape }] : [],
    )
    this.waiting.clear()
    this.join()
    return taken
  }

  send(message: ServerMessage, now: number): void {
    this.deliver(Buffer.from(JSON.stringify(message)), message.type, 0, now)
  }

  error(code: string, message: string, now: number, id?: string): void {
    const error: StreamError = { type: 'error', code, message }
    this.send(id === undefined ? error : { ...error, id }, now)
  }

  /** Sends bytes that may go to others too; a client that does not read is closed instead. */
  deliver(bytes: Buffer, type: ServerMessage['type'], cells: number, now: number): void {
    if (this.closed) return
    const { connection, maxBufferedBytes, metrics } = this.options
    if (connection.buffered() > maxBufferedBytes) {
      metrics.slowCloses.inc()
      this.close('tooSlow')
      return
    }
    connection.send(bytes)
    this.lastSentAt = now
    metrics.sent(type, bytes.length, cells)
  }

  close(reason: CloseReason, detail: string = closeCodes[reason].doc): void {
    if (this.closed) return
    this.end()
    this.options.metrics.closes.inc({ reason })
    this.options.connection.close(closeCodes[reason].code, detail)
  }

  /** Lets go of everything; the socket is closed or closing. */
  end(): void {
    this.closed = true
    for (const id of [...this.subscriptions.keys()]) this.drop(id)
    this.join()
  }

  private drop(id: string): boolean {
    const shape = this.subscriptions.get(id)
    if (!shape) return false
    this.subscriptions.delete(id)
    this.waiting.delete(id)
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

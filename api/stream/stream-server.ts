import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import { callerOf } from '../access/caller.ts'
import { originAllowed } from '../access/origin.ts'
import { maxMessageBytes } from './client-message.ts'
import type { Connection, Session } from './session.ts'
import type { StreamHub } from './stream-hub.ts'

export const streamPath = '/v1/stream'

/** A closed client has this long to answer before its socket is cut, ms. */
const closeTimeoutMs = 5_000

export interface StreamServerOptions {
  /** The HTTP server whose upgrades are taken. */
  readonly server: Server
  readonly hub: StreamHub
  /** How often changes are sent, ms. */
  readonly tickMs: number
  /** How often a client's connection is probed, ms. */
  readonly probeMs: number
  readonly log: Log
}

/** Sockets and timers of the stream; what is said over them is the hub's business. */
export class StreamServer implements Resource {
  readonly name = 'stream'
  private readonly options: StreamServerOptions
  private readonly sockets: WebSocketServer
  private readonly timers: NodeJS.Timeout[] = []

  constructor(options: StreamServerOptions) {
    this.options = options
    // Compression per message costs memory per client and time per client and frame; frames here are shared.
    this.sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
    })
  }

  async start(): Promise<void> {
    const { server, hub, tickMs, probeMs } = this.options
    server.on('upgrade', this.upgrade)
    this.timers.push(
      setInterval(() => hub.tick(), tickMs),
      setInterval(() => this.probe(), probeMs),
    )
  }

  async stop(): Promise<void> {
    const { server, hub } = this.options
    server.off('upgrade', this.upgrade)
    for (const timer of this.timers.splice(0)) clearInterval(timer)
    hub.closeAll()
    const gone = [...this.sockets.clients].map(
      socket => new Promise<void>(resolve => socket.once('close', () => resolve())),
    )
    await Promise.all(gone)
    this.sockets.close()
  }

  private readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const found = request.url?.split('?')[0] === streamPath
    if (!found || !originAllowed(request.headers.origin, request.headers.host)) {
      refuse(socket, found ? '403 Forbidden' : '404 Not Found')
      return
    }
    this.sockets.handleUpgrade(request, socket, head, client => this.accept(client, request))
  }

  private accept(socket: WebSocket, request: IncomingMessage): void {
    const { hub, log } = this.options
    const caller = callerOf(request)
    const session: Session = hub.open(connectionOf(socket))
    socket.on('message', data => hub.receive(session, textOf(data), caller))
    socket.on('pong', () => hub.heard(session))
    // ws closes the socket itself after a protocol error; that it did so is all that is left to say.
    socket.on('error', error => log.debug({ reason: error.message }, 'a stream client broke the protocol'))
    socket.on('close', () => hub.remove(session))
  }

  /** Browsers answer these by themselves, so that only a dead connection stays silent. */
  private probe(): void {
    for (const socket of this.sockets.clients) {
      if (socket.readyState === WebSocket.OPEN) socket.ping()
    }
  }
}

function connectionOf(socket: WebSocket): Connection {
  return {
    buffered: () => socket.bufferedAmount,
    send: bytes => socket.send(bytes, { binary: false }),
    close: (code, reason) => {
      socket.close(code, reasonBytes(reason))
      // Somebody who does not read does not see the close either.
      const cut = setTimeout(() => socket.terminate(), closeTimeoutMs)
      socket.once('close', () => clearTimeout(cut))
    },
  }
}

/** A close frame carries at most 123 bytes of reason. */
function reasonBytes(reason: string): string {
  return Buffer.byteLength(reason) <= 123
    ? reason
    : `${Buffer.from(reason).subarray(0, 110).toString('latin1')}…`
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

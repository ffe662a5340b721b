import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { messageOf } from '../../platform/errors.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { Log } from '../../platform/log.ts'
import { callerOf } from '../access/caller.ts'
import { maxMessageBytes } from '../asyncapi/client-messages.ts'
import { closeReasonOf } from './close-reason.ts'
import type { Conversation } from './conversation.ts'
import type { Connection, Session } from './session.ts'
import type { StreamHub } from './stream-hub.ts'

export const streamPath = '/v1/stream'

/** A closed client has this long to answer before its socket is cut, ms. */
const closeTimeoutMs = 5_000
/** Frames of one message: a client that is no attacker sends one, or a few where a proxy divides it. */
const maxFragments = 64
/** Parts in which the network may deliver one frame: 64 KiB in segments of a very small network are some 130. */
const maxBufferedChunks = 1_024

export interface StreamServerOptions {
  /** The HTTP server whose upgrades are taken. */
  readonly server: Server
  readonly hub: StreamHub
  readonly conversation: Conversation
  readonly maxClients: number
  readonly maxClientsPerAddress: number
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
  private readonly addresses = new Map<string, number>()

  constructor(options: StreamServerOptions) {
    this.options = options
    // Compression per message costs memory per client and time per client and frame; frames here are shared.
    this.sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      maxFragments,
      maxBufferedChunks,
      // Answered below: a client that probes without end, and does not read the answers, would fill our memory.
      autoPong: false,
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
    const refusal = this.refusalOf(request)
    if (refusal) refuse(socket, refusal)
    else this.sockets.handleUpgrade(request, socket, head, client => this.accept(client, request))
  }

  private refusalOf({ url, socket }: IncomingMessage): string | undefined {
    const { maxClients, maxClientsPerAddress } = this.options
    if (url?.split('?')[0] !== streamPath) return '404 Not Found'
    if (this.sockets.clients.size >= maxClients) return '503 Service Unavailable'
    const held = this.addresses.get(socket.remoteAddress ?? '') ?? 0
    return held >= maxClientsPerAddress ? '429 Too Many Requests' : undefined
  }

  private accept(socket: WebSocket, request: IncomingMessage): void {
    const { hub, conversation, log } = this.options
    const caller = callerOf(request)
    const address = request.socket.remoteAddress ?? ''
    this.addresses.set(address, (this.addresses.get(address) ?? 0) + 1)
    const session: Session = hub.open(connectionOf(socket))
    socket.on('message', (data, isBinary) => {
      if (isBinary) session.close('badMessage', 'messages are text')
      else
        conversation.receive(session, textOf(data), caller).catch(error => {
          log.error({ reason: messageOf(error) }, 'a message of a stream client could not be dealt with')
          session.close('failed')
        })
    })
    socket.on('ping', data => {
      // Who does not read gets no more to read.
      if (conversation.takes(session) && !session.isCongested) socket.pong(data)
    })
    socket.on('pong', () => {
      if (conversation.takes(session)) hub.heard(session)
    })
    // ws closes the socket itself after a protocol error, and waits for an answer.
    socket.on('error', error => {
      log.debug({ reason: error.message }, 'a stream client broke the protocol')
      cutSoon(socket)
    })
    socket.on('close', () => {
      hub.remove(session)
      const left = (this.addresses.get(address) ?? 1) - 1
      if (left > 0) this.addresses.set(address, left)
      else this.addresses.delete(address)
    })
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
      cutSoon(socket)
      try {
        socket.close(code, closeReasonOf(reason))
      } catch {
        // Whatever cannot be said: it is over all the same, and the metrics count why.
        socket.terminate()
      }
    },
  }
}

/** Somebody who does not read does not see the close either. */
function cutSoon(socket: WebSocket): void {
  const cut = setTimeout(() => socket.terminate(), closeTimeoutMs)
  socket.once('close', () => clearTimeout(cut))
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  // Somebody who does not hang up is cut; what they still send is not kept.
  const cut = setTimeout(() => socket.destroy(), closeTimeoutMs)
  socket.once('close', () => clearTimeout(cut))
  socket.resume()
  const later = /^(429|503)/.test(status) ? 'Retry-After: 5\r\n' : ''
  socket.end(`HTTP/1.1 ${status}\r\n${later}Connection: close\r\nContent-Length: 0\r\n\r\n`)
}

import type { SocketConstructor } from '../../../api/client/stream-client.ts'
import type { Session } from '../../../api/stream/session.ts'
import type { StreamUnderTest } from '../stream/stream-under-test.ts'

type Listener = (event: { readonly data: unknown; readonly code: number }) => void

/** Sockets to servers of the test, which are up or down; what was sent arrives, unless the connection breaks before. */
export class StreamNetwork {
  /** How long everything is on its way, ms. */
  latencyMs = 0
  readonly WebSocket: SocketConstructor
  /** Every address that was tried. */
  readonly tried: string[] = []
  private readonly servers = new Map<string, StreamUnderTest>()
  private readonly open = new Map<string, Set<{ cut(): void; hear(text: string): void }>>()

  constructor() {
    const network = this
    this.WebSocket = class {
      private readonly listeners = new Map<string, Listener[]>()
      private server: StreamUnderTest | undefined
      private session: Session | undefined

      constructor(url: string) {
        network.tried.push(url)
        queueMicrotask(() => {
          this.server = network.servers.get(url)
          if (!this.server) return this.tell('close', { code: 1006 })
          this.session = this.server.hub.open({
            buffered: () => 0,
            send: bytes => network.carry(() => this.tell('message', { data: bytes.toString() })),
            close: code => network.carry(() => this.tell('close', { code })),
          })
          network.open.get(url)?.add({
            cut: () => {
              this.close()
              this.tell('close', { code: 1006 })
            },
            hear: text => this.tell('message', { data: text }),
          })
          this.tell('open', {})
        })
      }

      addEventListener(type: string, listener: Listener): void {
        this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener])
      }

      send(text: string): void {
        network.carry(() => {
          if (this.session) void this.server?.say(this.session, text)
        })
      }

      close(): void {
        if (this.session) this.server?.hub.remove(this.session)
        this.session = undefined
      }

      private tell(type: string, event: { readonly data?: string; readonly code?: number }): void {
        if (type === 'message' && !this.session) return
        for (const listener of this.listeners.get(type) ?? []) listener({ data: '', code: 0, ...event })
      }
    }
  }

  private carry(arrive: () => void): void {
    if (this.latencyMs === 0) arrive()
    else setTimeout(arrive, this.latencyMs)
  }

  /** A server that cannot be reached where there is none. */
  put(url: string, server: StreamUnderTest | undefined): void {
    this.cut(url)
    if (server) this.servers.set(url, server)
    else this.servers.delete(url)
  }

  /** Breaks all connections to a server. */
  cut(url: string): void {
    const connections = [...(this.open.get(url) ?? [])]
    this.open.set(url, new Set())
    for (const connection of connections) connection.cut()
  }

  /** Something that no server of today says. */
  say(url: string, text: string): void {
    for (const connection of this.open.get(url) ?? []) connection.hear(text)
  }
}

import type { RequestListener, Server } from 'node:http'
import type { HttpServers } from './http/http-servers.ts'
import type { Pages } from './http/strange-request.ts'
import type { Resource } from './lifecycle.ts'
import type { Metrics } from './metrics.ts'

/** Whoever looks after a process opens these by hand. */
const pages: Pages = path => (['/healthz', '/readyz', '/metrics'].includes(path) ? 'typed' : 'never')

export interface AdminOptions {
  readonly servers: HttpServers
  readonly host: string
  readonly port: number
  readonly metrics: Metrics
  /** Why the process is not ready, a line each; none when it is. */
  readonly notReady: () => readonly string[]
}

/** `/healthz` (alive), `/readyz` (able to do its work) and `/metrics` (Prometheus text). */
export class AdminServer implements Resource {
  readonly name = 'admin server'
  private readonly options: AdminOptions
  private server: Server | undefined

  constructor(options: AdminOptions) {
    this.options = options
  }

  async start(): Promise<void> {
    const { servers, host, port, metrics, notReady } = this.options
    const handle: RequestListener = async (request, response) => {
      const path = request.url?.split('?')[0]
      if (path === '/healthz') response.end('ok\n')
      else if (path === '/readyz') {
        const reasons = notReady()
        response.statusCode = reasons.length === 0 ? 200 : 503
        response.end(`${reasons.join('\n') || 'ready'}\n`)
      } else if (path === '/metrics') {
        response.setHeader('content-type', metrics.registry.contentType)
        response.end(await metrics.registry.metrics())
      } else {
        response.statusCode = 404
        response.end('not found: /healthz, /readyz and /metrics are here\n')
      }
    }
    const server = servers.create(handle, { host, pages, maxConnections: 100 })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    this.server = server
  }

  async stop(): Promise<void> {
    const server = this.server
    this.server = undefined
    if (!server) return
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
}

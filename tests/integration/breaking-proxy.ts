import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A way to a store on which some requests are hung up on, as on a connection that was closed meanwhile. */
export class BreakingProxy {
  broken = 0
  private readonly server: Server
  private requests = 0

  /** @param isBroken by the number of the request, from 1 on */
  constructor(target: string, isBroken: (number: number) => boolean) {
    this.server = createServer((near, answer) => {
      if (isBroken(++this.requests)) {
        this.broken++
        near.socket.destroy()
        return
      }
      const { host } = new URL(target)
      const headers = { ...near.headers, host }
      const far = request(new URL(near.url ?? '/', target), { method: near.method, headers }, reply => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      })
      far.on('error', () => near.socket.destroy())
      near.pipe(far)
    })
  }

  /** @returns its address */
  async open(): Promise<string> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }
}

import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { WebhookBody } from '../../../schemas/alerts/webhook-body.ts'

export const secret = 'a secret of the test'

/** A webhook that remembers what it was told; it can go away and come back under the same address. */
export class Hook {
  readonly calls: WebhookBody[] = []
  /** Calls whose signature was not the one of the secret. */
  forged = 0
  /** Calls while it was there. */
  private server: Server | undefined
  private port = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}/alerts`
  }

  /** What it was told about alerts whose id has this in it, in order; a call that repeats a key tells nothing new. */
  notices(about: string): readonly string[] {
    const told = new Map(this.calls.map(call => [call.key, call]))
    return [...told.values()]
      .filter(({ alert }) => alert.alert_id.includes(about))
      .map(({ notice }) => notice)
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        this.check(String(request.headers['citybrain-signature']), text)
        this.calls.push(JSON.parse(text))
        response.writeHead(204).end()
      })
    })
    this.server = server
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address !== null && typeof address !== 'string') this.port = address.port
  }

  async close(): Promise<void> {
    const { server } = this
    this.server = undefined
    if (!server) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  private check(header: string, body: string): void {
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(header) ?? []
    if (mac !== createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')) this.forged++
  }
}

import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import { Access, type AnonymousPolicy } from '../../../api/access/access.ts'
import { KioskBook } from '../../../api/access/kiosks/kiosk-book.ts'
import { KioskDesk } from '../../../api/access/kiosks/kiosk-desk.ts'
import { SignedTokens } from '../../../api/access/tokens/signed-tokens.ts'
import { tokenKeys } from '../../../api/access/tokens/token-keys.ts'
import { Conversation } from '../../../api/stream/conversation.ts'
import { StreamHub } from '../../../api/stream/stream-hub.ts'
import { streamLimits } from '../../../api/stream/stream-limits.ts'
import { StreamMetrics } from '../../../api/stream/stream-metrics.ts'
import { StreamServer } from '../../../api/stream/stream-server.ts'
import { ManualClock } from '../../../platform/clock.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import type { ServerMessage } from '../../../schemas/protocol/stream.ts'
import { secret } from '../access/tokens/tokens.ts'
import { alert, silence } from '../alerts/alerts.ts'
import { app, emptyDesk } from '../app.ts'
import { emptyTable, noon, window } from '../cells/windows.ts'

export interface Answer {
  readonly status: number
  readonly code: string
  readonly challenge: string | undefined
  readonly text: string
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

export interface Listening {
  readonly until?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly onMessage?: () => void
}

/** What came of a stream; without a close code where there were as many messages as asked for. */
export interface Heard {
  readonly messages: readonly ServerMessage[]
  readonly closedWith: number | undefined
}

/** The api with all its doors, listening: REST and the stream, tokens and kiosks; there is no broker behind it. */
export async function openHouse(anonymous: AnonymousPolicy) {
  const log = createLog('api', 'silent')
  const metrics = new Metrics('api')
  const wall = new ManualClock(Date.now())
  const table = emptyTable()
  table.put(window({ value: 40 }))
  const book = new KioskBook(id => hub.closeKiosk(id))
  const keys = tokenKeys({ jwtSecret: secret, jwksUrl: '' })
  const tokens = new SignedTokens({ keys, issuer: '', audience: '', kiosks: book, wall })
  const kiosks = new KioskDesk({
    book,
    publish: async () => undefined,
    key: { secret, issuer: '', audience: '' },
    wall,
  })
  const desk = emptyDesk()
  for (const region of ['370000', '370100', '370200']) {
    desk.alerts.put(alert({ alert_id: `a-${region}`, region }))
    desk.silences.put(silence({ silence_id: `s-${region}`, regions: [region] }))
  }
  const api = await app({
    anonymous,
    allowedHosts: ['wall.example'],
    tokens,
    kiosks,
    desk,
    table,
    metrics,
    requestsPerMinute: 100_000,
  })
  await api.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.server.address() as AddressInfo

  const limits = streamLimits({ heartbeatMs: 60_000, maxBufferedBytes: 1 << 22, conflateAboveBytes: 1 << 20 })
  const clock = { now: () => noon }
  const hub = new StreamHub({
    table,
    alerts: desk.alerts,
    metrics: new StreamMetrics(metrics),
    limits,
    clock,
    wall,
  })
  const stream = new StreamServer({
    server: api.server,
    hub,
    conversation: new Conversation({
      table,
      access: new Access(anonymous, tokens),
      limits,
      logId: () => 'log',
      clock,
      clockSpeed: 1,
      wall,
      log,
    }),
    maxClients: 1_000,
    maxClientsPerAddress: 1_000,
    tickMs: 10,
    probeMs: 60_000,
    log,
  })
  await stream.start()

  return {
    wall,
    kiosks,
    streamUrl: `ws://127.0.0.1:${port}/v1/stream`,
    description: () => api.inject('/docs/json'),

    ask({ method, path, headers = {}, body }: Asked): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const text = body ? JSON.stringify(body) : undefined
        const type: Record<string, string> =
          text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }
        const asked = request(
          { host: '127.0.0.1', port, method, path, headers: { ...type, ...headers } },
          answer => {
            const chunks: Buffer[] = []
            answer.on('data', chunk => chunks.push(chunk))
            answer.on('end', () => {
              const said = Buffer.concat(chunks).toString()
              const problem = String(answer.headers['content-type']).startsWith('application/problem+json')
              resolve({
                status: answer.statusCode ?? 0,
                code: problem && said !== '' ? JSON.parse(said).code : '',
                challenge: answer.headers['www-authenticate'],
                text: said,
              })
            })
          },
        )
        asked.on('error', reject)
        asked.end(text)
      })
    },

    /** Says these messages and listens until there were so many answers, or until it is closed. */
    hear(
      says: readonly object[],
      { until = Infinity, headers = {}, onMessage }: Listening = {},
    ): Promise<Heard> {
      return new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, { headers })
        const messages: ServerMessage[] = []
        socket.on('open', () => {
          for (const message of says) socket.send(JSON.stringify(message))
        })
        socket.on('message', data => {
          messages.push(JSON.parse(String(data)))
          onMessage?.()
          if (messages.length < until) return
          resolve({ messages, closedWith: undefined })
          socket.terminate()
        })
        socket.on('close', closedWith => resolve({ messages, closedWith }))
        socket.on('error', reject)
      })
    },

    async close(): Promise<void> {
      await stream.stop()
      await api.close()
    },
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Cell, ServerMessage } from '../../../schemas/protocol/stream.ts'
import { fakeCells } from '../feed/fake-province.ts'

/** A feed under which a wall has to hold: so many cells, so many changes a second, over the stream protocol. */
export interface LoadFeed {
  readonly url: string
  readonly cells: number
  /** Changes sent so far. */
  readonly sent: () => number
  /** The newest value of a cell. */
  newest(kpi: string, region: string): number | null | undefined
  /** No more changes; the connection goes on. */
  pause(): void
  stop(): Promise<void>
}

export interface LoadFeedOptions {
  /** Built wallboard. */
  readonly dir: string
  readonly cells: number
  readonly changesPerSecond: number
}

const tickMs = 100
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export async function startLoadFeed({ dir, cells, changesPerSecond }: LoadFeedOptions): Promise<LoadFeed> {
  const names = namesOf(cells)
  const held: Cell[] = names.map(({ kpi, region, base }) => ({
    kpi,
    region,
    window_start: Math.floor(Date.now() / 60_000) * 60_000,
    window_end: (Math.floor(Date.now() / 60_000) + 1) * 60_000,
    value: base,
    status: 'provisional',
    revision: 0,
    version: 1,
    coverage: 0.97,
    readings: 100,
    event_time_max: Date.now(),
  }))
  const places = new Map(held.map(({ kpi, region }, i) => [`${kpi}|${region}`, i]))
  const sockets = new Set<WebSocket>()
  let [position, next, sent] = [1, 0, 0]
  const perTick = Math.round((changesPerSecond * tickMs) / 1_000)

  const change = (): Cell => {
    const i = next
    // A step that shares no factor with the number of cells: all of them change, scattered over screen and catalogue.
    next = (next + 7_919) % held.length
    const before = held[i]
    const base = names[i]?.base ?? 0
    if (!before) throw new Error(`no cell ${i}`)
    const value = base * (1 + 0.05 * Math.sin(position / 1_000 + i))
    const cell = { ...before, value, version: before.version + 1, event_time_max: Date.now() }
    held[i] = cell
    position++
    return cell
  }
  const timer = setInterval(() => {
    const changed = Array.from({ length: perTick }, change)
    sent += changed.length
    const frame = JSON.stringify({
      type: 'delta',
      position,
      sent_at: Date.now(),
      cells: changed,
    } satisfies ServerMessage)
    for (const socket of sockets) socket.send(frame)
  }, tickMs)
  const beat = setInterval(() => {
    for (const socket of sockets) say(socket, { type: 'heartbeat', position, server_time: Date.now() })
  }, 1_000)

  const http = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost')
    const send = (status: number, type: string, body: string | Buffer): void => {
      response.writeHead(status, { 'content-type': type }).end(body)
    }
    if (pathname.endsWith('/series')) return send(200, 'application/json', '{"series":[]}')
    const body = await readFile(join(dir, normalize(pathname === '/' ? '/index.html' : pathname))).catch(
      () => null,
    )
    return body
      ? send(200, types[extname(pathname)] ?? types['.html'] ?? '', body)
      : send(404, 'text/plain', '')
  })
  new WebSocketServer({ server: http, path: '/v1/stream' }).on('connection', socket => {
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', data => {
      const { type, id } = JSON.parse(String(data))
      if (type === 'ping') say(socket, { type: 'pong' })
      if (type === 'hello') {
        const welcome = { type: 'welcome', protocol: 1, position, heartbeat_ms: 1_000 } as const
        say(socket, { ...welcome, server_time: Date.now(), clock_speed: 1 })
      }
      if (type !== 'subscribe') return
      say(socket, { type: 'snapshot', id, position, cells: held, alerts: [] })
      sockets.add(socket)
    })
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    cells: held.length,
    sent: () => sent,
    newest: (kpi, region) => held[places.get(`${kpi}|${region}`) ?? -1]?.value,
    pause: () => clearInterval(timer),
    async stop() {
      clearInterval(timer)
      clearInterval(beat)
      for (const socket of sockets) socket.terminate()
      http.closeAllConnections()
      await new Promise<void>(resolve => http.close(() => resolve()))
    },
  }
}

function say(socket: WebSocket, message: ServerMessage): void {
  socket.send(JSON.stringify(message))
}

interface Name {
  readonly kpi: string
  readonly region: string
  readonly base: number
}

/** Every cell that there is, and as many of KPIs that a wall does not know yet as it takes. */
function namesOf(count: number): readonly Name[] {
  const regions = [...new Set(fakeCells.map(({ region }) => region))]
  const known = fakeCells.map(({ kpi, region }) => ({ kpi: kpi.id, region, base: kpi.target?.value ?? 60 }))
  const more = Array.from({ length: Math.max(0, count - known.length) }, (_, i) => ({
    kpi: `load.kpi_${Math.floor(i / regions.length)}`,
    region: regions[i % regions.length] ?? '370000',
    base: 50,
  }))
  return [...known, ...more].slice(0, count)
}

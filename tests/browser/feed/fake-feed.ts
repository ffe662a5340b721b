import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import { type WebSocket, WebSocketServer } from 'ws'
import { kpiOf } from '../../../schemas/kpis/kpis.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import type { Cell, ServerMessage } from '../../../schemas/protocol/stream.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { FakeAlerts } from './fake-alerts.ts'
import { answerOfPast, type FakePast, knownAt, timeOf } from './fake-history.ts'
import { fakeCell, fakeCells, fakeSilentAssets } from './fake-province.ts'

/** As much past as there is, in windows: an hour of short ones would be all that a page has time for. */
const pastWindows = 60

/** A development and test feed: the wallboard's files, the stream protocol and the REST routes over made-up data. */
export interface FakeFeed {
  readonly url: string
  readonly alerts: FakeAlerts
  /** Nothing came from the region for two windows, nor does now. */
  silenceRegion(code: string): void
  /** No new windows for a feed: its values grow old. */
  silenceFeed(feed: string): void
  /** Whether the stream tells values; without, it lives and has nothing to say. */
  tell(values: boolean): void
  /** The disk of the data has no room, or has. */
  fillDisk(full: boolean): void
  /** Only this share of the region's assets reports. */
  thin(code: string, coverage: number): void
  /** Corrects the current final window of a cell and holds it, so that it can be looked at. */
  correct(kpi: string, region: string, value: number): void
  /** Cuts all connections and refuses new ones until `resume`. */
  suspend(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

export interface FakeFeedOptions {
  /** Built wallboard. */
  readonly dir: string
  readonly port?: number
  readonly windowMs?: number
  readonly tickMs?: number
  /** In how many ticks every cell is sent once. */
  readonly slices?: number
  readonly speed?: number
  /** Only who says this token is let in to the stream; everybody where absent. */
  readonly token?: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export async function startFakeFeed(options: FakeFeedOptions): Promise<FakeFeed> {
  const { dir, windowMs = 10_000, tickMs = 500, slices = 6, speed = 1 } = options
  const started = Date.now()
  const now = (): number => Math.floor(started + (Date.now() - started) * speed)
  const troubles = {
    outSince: new Map<string, number>(),
    thin: new Map<string, number>(),
    corrected: new Map<string, number>(),
  }
  const correctedAt = new Map<string, number>()
  const past: FakePast = { windowMs, now, troubles, correctedAt }
  const feedStopped = new Map<string, number>()
  const held = new Map<string, number>()
  const cycleMs = slices * tickMs
  const sockets = new Set<WebSocket>()
  let position = 1_000
  let tick = 0
  let tells = true
  let disk: 'ok' | 'full' = 'ok'

  const currentCell = ({ kpi, region }: (typeof fakeCells)[number]): Cell => {
    const at = Math.min(now(), feedStopped.get(kpi.id.split('.')[0] ?? '') ?? Infinity)
    const open = Math.floor(at / windowMs) * windowMs
    const start = held.get(`${kpi.id}|${region}`) ?? (at - open > windowMs * 0.8 ? open : open - windowMs)
    return fakeCell(kpi, region, start, windowMs, held.has(`${kpi.id}|${region}`) ? now() : at, troubles)
  }
  const say = (socket: WebSocket, message: ServerMessage): void => socket.send(JSON.stringify(message))
  const alerts = new FakeAlerts(message => {
    for (const socket of sockets) say(socket, message)
  })

  const timer = setInterval(() => {
    tick++
    // Each tick another part of the province; over a window everything comes several times.
    const cells = fakeCells.filter((_, i) => i % slices === tick % slices).map(currentCell)
    position += cells.length
    const frame = JSON.stringify({ type: 'delta', position, sent_at: now(), cells } satisfies ServerMessage)
    if (tells) for (const socket of sockets) socket.send(frame)
    if (tick % 2 === 0)
      for (const socket of sockets) say(socket, { type: 'heartbeat', position, server_time: now() })
  }, tickMs)

  const series = (kpiId: string, query: URLSearchParams) => {
    const kpi = kpiOf(kpiId)
    if (!kpi) return undefined
    const stepMs = { '1h': 3_600_000, '1d': 86_400_000 }[query.get('step') ?? '']
    const sizeMs = stepMs ?? windowMs
    const until =
      Math.min(timeOf(query, 'to'), feedStopped.get(kpi.id.split('.')[0] ?? '') ?? Infinity) -
      (stepMs ? 1 : 1.25 * windowMs)
    const seen = query.has('known_at') ? knownAt(past, timeOf(query, 'known_at')) : troubles
    const from = Math.max(timeOf(query, 'from'), stepMs ? 0 : now() - pastWindows * windowMs)
    const pointsOf = (region: string): Cell[] => {
      const points: Cell[] = []
      for (let start = Math.ceil(from / sizeMs) * sizeMs; start <= until; start += sizeMs) {
        points.push(fakeCell(kpi, region, start, sizeMs, now(), seen))
      }
      return points
    }
    const regions = query.getAll('region')
    return {
      kpi: kpiId,
      step: query.get('step') ?? 'window',
      series: regions.map(region => ({ region, points: pointsOf(region) })),
    }
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    const send = (status: number, type: string, body: string | Buffer): void => {
      response
        .writeHead(status, { 'content-type': type, 'content-security-policy': "default-src 'self'" })
        .end(body)
    }
    const body = request.method === 'POST' ? await text(request) : ''
    const ofAlerts = alerts.answer(request.method ?? '', path, query, body, now())
    if (ofAlerts) return send(200, 'application/json', JSON.stringify(ofAlerts))
    const seriesOf = /^\/v1\/kpis\/([^/]+)\/series$/.exec(path)?.[1]
    if (seriesOf) return send(200, 'application/json', JSON.stringify(series(seriesOf, query) ?? {}))
    if (path === '/v1/health/data')
      return send(200, 'application/json', JSON.stringify({ records: health(), disk }))
    if (path === '/v1/assets/silent') {
      const silent = fakeSilentAssets(query.get('region') ?? '', now())
      return send(200, 'application/json', JSON.stringify(silent))
    }
    if (path.startsWith('/v1/kpis/')) {
      const answer = answerOfPast(past, path, query)
      return send(answer ? 200 : 404, 'application/json', JSON.stringify(answer ?? { status: 404 }))
    }
    const file = normalize(path === '/' ? '/index.html' : path)
    const page = await readFile(join(dir, file)).catch(() => null)
    return page
      ? send(200, types[extname(file)] ?? 'application/octet-stream', page)
      : send(404, 'text/plain', 'no such page')
  }
  const health = () =>
    recordIds.map((record, i) => ({
      record,
      readings_per_s: [667, 4.6, 5833, 12, 2.1, 0.1, 1500][i],
      duplicates: [31, 0, 2910, 1, 0, 0, 74][i],
      late: [112, 0, 87, 0, 3, 0, 15][i],
      rejected: [0, 0, 12, 0, 0, 0, 1][i],
      suspect_assets: [1_820, 0, 41, 2, 0, 0, 7][i],
      over_ms: 3_600_000,
      watermark_delay_ms: [61_000, 4_000, 2_400, 3_100, 9_000, 88_000, 2_900][i],
    }))

  let server: Server | null = null
  let port = options.port ?? 0
  const listen = async (): Promise<void> => {
    const http = createServer((request, response) => {
      void serve(request, response)
    })
    new WebSocketServer({ server: http, path: '/v1/stream' }).on('connection', socket => {
      socket.on('close', () => sockets.delete(socket))
      socket.on('message', data => {
        const { type, id, token } = JSON.parse(String(data))
        if (type === 'hello' && options.token !== undefined && token !== options.token) {
          socket.close(closeCodes.unauthorized.code, 'unauthorized: a token is needed here')
          return
        }
        if (type === 'hello') {
          say(socket, {
            type: 'welcome',
            protocol: 1,
            position,
            heartbeat_ms: 1_000,
            server_time: now(),
            clock_speed: speed,
          })
        }
        if (type === 'ping') say(socket, { type: 'pong' })
        if (type !== 'subscribe' || socket.readyState !== socket.OPEN) return
        say(socket, { type: 'snapshot', id, position, cells: fakeCells.map(currentCell), ...alerts.part })
        sockets.add(socket)
      })
    })
    await new Promise<void>(resolve => http.listen(port, '127.0.0.1', resolve))
    port = (http.address() as AddressInfo).port
    server = http
  }
  const unlisten = async (): Promise<void> => {
    const http = server
    server = null
    for (const socket of sockets) socket.terminate()
    sockets.clear()
    http?.closeAllConnections()
    await new Promise<void>(resolve => (http ? http.close(() => resolve()) : resolve()))
  }

  await listen()
  return {
    url: `http://127.0.0.1:${port}`,
    alerts,
    silenceRegion: code => void troubles.outSince.set(code, now() - 2 * windowMs),
    tell(values) {
      tells = values
    },
    fillDisk(full) {
      disk = full ? 'full' : 'ok'
    },
    silenceFeed: feed => void feedStopped.set(feed, now()),
    thin: (code, coverage) => void troubles.thin.set(code, coverage),
    correct(kpi, region, value) {
      const start = Math.floor((now() - 1.25 * windowMs) / windowMs) * windowMs
      held.set(`${kpi}|${region}`, start)
      // Once everything was sent, so that the page has seen the final value that is corrected.
      setTimeout(() => {
        troubles.corrected.set(`${kpi}|${region}|${start}`, value)
        correctedAt.set(`${kpi}|${region}|${start}`, now())
      }, 2 * cycleMs).unref()
    },
    suspend: unlisten,
    resume: listen,
    async stop() {
      clearInterval(timer)
      await unlisten()
    },
  }
}

if (import.meta.main) {
  const port = Number(process.argv[2] ?? 14_080)
  const feed = await startFakeFeed({ dir: join(import.meta.dirname, '../../../api/wallboard/dist'), port })
  process.stdout.write(`made-up data for development: ${feed.url}\n`)
}

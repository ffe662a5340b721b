import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Access } from '../../../api/access/access.ts'
import { AlertBook } from '../../../api/alerts/alert-book.ts'
import { Conversation } from '../../../api/stream/conversation.ts'
import { StreamHub } from '../../../api/stream/stream-hub.ts'
import { streamLimits } from '../../../api/stream/stream-limits.ts'
import { StreamMetrics } from '../../../api/stream/stream-metrics.ts'
import { StreamServer } from '../../../api/stream/stream-server.ts'
import { wallClock } from '../../../platform/clock.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { ChangingCells } from './changing-cells.ts'

/** The stream of the api in a process of its own, over cells that change 2,000 times a second in ticks of 250 ms. */
const tickMs = 250
const changesPerTick = 500

/** What the parent is told when it asks. */
export interface ServerFigures {
  readonly cpuSeconds: number
  readonly cellsSent: number
  readonly cellsChanged: number
  readonly framesSent: number
  readonly clients: number
  readonly behind: number
  readonly closed: number
  readonly residentBytes: number
  readonly heapAndBuffersBytes: number
}

const cells = new ChangingCells()
const metrics = new Metrics('api')
const limits = streamLimits({
  heartbeatMs: 10_000,
  maxBufferedBytes: 4 * 1024 * 1024,
  conflateAboveBytes: 64 * 1024,
})
const shared = { table: cells.table, limits, clock: wallClock, wall: wallClock }
const hub = new StreamHub({ ...shared, alerts: new AlertBook(), metrics: new StreamMetrics(metrics) })
const log = createLog('api', 'warn')
const conversation = new Conversation({
  ...shared,
  access: new Access('loopback'),
  logId: () => 'bench',
  clockSpeed: 1,
  log,
})
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const stream = new StreamServer({
  server,
  hub,
  conversation,
  maxClients: 10_000,
  maxClientsPerAddress: 10_000,
  tickMs,
  probeMs: 10_000,
  log,
})
await stream.start()

let cellsChanged = 0
setInterval(() => {
  cellsChanged += cells.change(changesPerTick)
}, tickMs)

process.on('message', async () => process.send?.(await figures()))
process.on('disconnect', () => process.exit())
process.send?.({ port: (server.address() as AddressInfo).port })

async function figures(): Promise<ServerFigures> {
  globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    cpuSeconds: (user + system) / 1e6,
    cellsSent: await total('citybrain_api_stream_cells_total'),
    cellsChanged,
    framesSent: await total('citybrain_api_stream_frames_total'),
    clients: hub.size,
    behind: await total('citybrain_api_stream_clients_behind'),
    closed: await total('citybrain_api_stream_closes_total'),
    residentBytes: rss,
    heapAndBuffersBytes: heapUsed + external,
  }
}

async function total(name: string): Promise<number> {
  const values = (await metrics.registry.getSingleMetric(name)?.get())?.values ?? []
  return values.reduce((sum, { value }) => sum + value, 0)
}

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { subscriptionOf } from './mixed-subscriptions.ts'

/** `read-stream.ts URL CLIENTS STALLED`: so many clients of the mix, every STALLED-th of which stops reading; 0 for none. */
const [url = '', clients = '0', stalledEvery = '0'] = process.argv.slice(2)

/** What the parent is told when it asks: of the deltas since it asked before. */
export interface ClientFigures {
  /** From `sent_at` to the arrival, ms; one for every delta. */
  readonly delays: readonly number[]
  readonly open: number
  readonly snapshots: number
}

let delays: number[] = []
let snapshots = 0
const sockets: WebSocket[] = []

const sentAt = /^\{"type":"delta","position":\d+,"sent_at":(\d+)/

async function connect(client: number): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  sockets.push(socket)
  const welcomed = once(socket, 'message')
  socket.send('{"type":"hello","protocol":1}')
  await welcomed
  const first = once(socket, 'message')
  socket.on('message', (data: Buffer) => {
    // Only the head: the bench is of the server, and these share its cores.
    const [, at] = sentAt.exec(data.toString('latin1', 0, 80)) ?? []
    if (at === undefined) snapshots++
    else delays.push(Date.now() - Number(at))
  })
  socket.send(JSON.stringify(subscriptionOf(client)))
  await first
  const every = Number(stalledEvery)
  if (every > 0 && client % every === 0) socket.pause()
}

for (let client = 0; client < Number(clients); client += 50) {
  const crowd = Array.from({ length: Math.min(50, Number(clients) - client) }, (_, index) =>
    connect(client + index),
  )
  await Promise.all(crowd)
}

process.on('message', () => {
  const figures: ClientFigures = {
    delays,
    open: sockets.filter(socket => socket.readyState === WebSocket.OPEN).length,
    snapshots,
  }
  delays = []
  process.send?.(figures)
})
process.on('disconnect', () => process.exit())
process.send?.('connected')

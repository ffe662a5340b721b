import type { Metrics } from '../../platform/metrics.ts'
import type { ServerMessage } from '../../schemas/protocol/stream.ts'

const tickBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25]

/** What the stream counts. */
export class StreamMetrics {
  readonly clients
  readonly shapes
  readonly tickSeconds
  readonly conflated
  readonly behind
  readonly closes
  private readonly frames
  private readonly bytes
  private readonly cells

  constructor(metrics: Metrics) {
    this.clients = metrics.gauge('stream_clients', 'clients connected to the stream')
    this.shapes = metrics.gauge('stream_shapes', 'distinct sets of cells that clients subscribe to')
    this.tickSeconds = metrics.histogram(
      'stream_tick_seconds',
      'time to encode the changes of a tick and hand them to the sockets',
      tickBuckets,
    )
    this.conflated = metrics.counter(
      'stream_conflations',
      'times that a client did not keep up and was skipped',
    )
    this.behind = metrics.gauge('stream_clients_behind', 'clients that are skipped until they have read')
    this.closes = metrics.counter('stream_closes', 'clients closed by the server, by reason', ['reason'])
    this.frames = metrics.counter('stream_frames', 'messages sent to clients, by type', ['type'])
    this.bytes = metrics.counter('stream_bytes', 'bytes of messages sent to clients')
    this.cells = metrics.counter('stream_cells', 'cells sent to clients')
  }

  sent(type: ServerMessage['type'], bytes: number, cells: number): void {
    this.frames.inc({ type })
    this.bytes.inc(bytes)
    if (cells > 0) this.cells.inc(cells)
  }
}

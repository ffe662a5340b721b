import { expect, vi } from 'vitest'
import { Access } from '../../../api/access/access.ts'
import type { RegionWindow } from '../../../api/cells/region-window.ts'
import {
  type Cell,
  type ConnectionState,
  cellKey,
  createStreamClient,
  type StreamClient,
  type StreamClientOptions,
  type StreamFault,
} from '../../../api/client/stream-client.ts'
import { supersedes } from '../../../schemas/protocol/current-value.ts'
import type { ServerMessage, Snapshot } from '../../../schemas/protocol/stream.ts'
import { smallTable } from '../cells/windows.ts'
import { StreamUnderTest } from '../stream/stream-under-test.ts'
import { StreamNetwork } from './stream-network.ts'

export const [here, there] = ['ws://here/v1/stream', 'ws://there/v1/stream'] as const
export const occupancy = 'parking.occupancy_pct'

/** A server that reads a log message by message. */
export class LogServer {
  readonly stream: StreamUnderTest
  read = 0
  private readonly log: readonly RegionWindow[]

  constructor(log: readonly RegionWindow[], logId = 'log-1', access = new Access('loopback')) {
    const table = smallTable()
    table.beginAt(0)
    this.log = log
    this.stream = new StreamUnderTest(table, access, logId)
  }

  next(): void {
    const message = this.log[this.read]
    if (!message) return
    this.stream.table.put(message, this.read)
    this.stream.table.advanceTo(++this.read)
  }

  all(): this {
    while (this.read < this.log.length) this.next()
    return this
  }
}

/** A client of some servers, with all it was told; time passes only when the test says so. */
export class Bench {
  readonly network = new StreamNetwork()
  readonly states: ConnectionState[] = []
  readonly faults: StreamFault[] = []
  readonly messages: ServerMessage[] = []
  /** The cells as somebody has them who only listens. */
  readonly mirror = new Map<string, Cell>()
  readonly gone: Cell[] = []
  readonly client: StreamClient
  readonly servers = new Map<string, LogServer>()
  /** The newest version of every window that was ever handed over, of this log. */
  private readonly newest = new Map<string, Cell>()
  private log: string | undefined

  constructor(options: Partial<StreamClientOptions> = {}) {
    this.client = createStreamClient({
      urls: [here, there],
      WebSocket: this.network.WebSocket,
      now: () => Date.now(),
      random: () => 0.5,
      onState: state => this.states.push(state),
      onError: fault => this.faults.push(fault),
      onMessage: message => this.heard(message),
      onCells: (changed, gone) => this.take(changed, gone),
      ...options,
    })
  }

  up(url: string, server: LogServer): LogServer {
    this.servers.set(url, server)
    this.network.put(url, server.stream)
    return server
  }

  down(url: string): void {
    this.servers.delete(url)
    this.network.put(url, undefined)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await vi.advanceTimersByTimeAsync(250)
      for (const { stream } of this.servers.values()) {
        stream.wall.advance(250)
        stream.hub.tick()
      }
    }
  }

  snapshots(): readonly Snapshot[] {
    return this.messages.flatMap(message => (message.type === 'snapshot' ? [message] : []))
  }

  private heard(message: ServerMessage): void {
    this.messages.push(message)
    if (message.type !== 'welcome' || message.log === this.log) return
    this.log = message.log
    this.newest.clear()
  }

  private take(changed: readonly Cell[], gone: readonly Cell[]): void {
    for (const cell of changed) {
      const window = `${cellKey(cell.kpi, cell.region)}|${cell.window_start}`
      const before = this.newest.get(window)
      if (before) expect(supersedes(before, cell), `${JSON.stringify(cell)} after a newer one`).toBe(false)
      this.newest.set(window, cell)
      this.mirror.set(cellKey(cell.kpi, cell.region), cell)
    }
    this.gone.push(...gone)
    for (const { kpi, region } of gone) this.mirror.delete(cellKey(kpi, region))
  }
}

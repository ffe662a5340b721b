import { expect } from 'vitest'
import type { Connection } from '../../../api/stream/session.ts'
import type { Cell, ServerMessage } from '../../../schemas/protocol/stream.ts'

/** A client that keeps what it is sent and, like a wall, the newest cell of each. */
export class RecordedClient implements Connection {
  readonly messages: ServerMessage[] = []
  readonly buffers: Buffer[] = []
  readonly cells = new Map<string, Cell>()
  unread = 0
  /** Up to where it was told everything. */
  position: number | undefined
  closedWith: number | undefined

  buffered(): number {
    return this.unread
  }

  send(bytes: Buffer): void {
    const message: ServerMessage = JSON.parse(bytes.toString())
    this.messages.push(message)
    this.buffers.push(bytes)
    if (message.type === 'snapshot' || message.type === 'delta') this.apply(message.cells)
    if (message.type === 'snapshot' || message.type === 'delta' || message.type === 'heartbeat') {
      expect(message.position).toBeGreaterThanOrEqual(this.position ?? 0)
      this.position = message.position
    }
  }

  close(code: number): void {
    this.closedWith = code
  }

  /** The messages since the call before. */
  take(): ServerMessage[] {
    this.buffers.length = 0
    return this.messages.splice(0)
  }

  private apply(cells: readonly Cell[]): void {
    for (const cell of cells) {
      const key = `${cell.kpi}|${cell.region}`
      const held = this.cells.get(key)
      if (held) {
        expect(cell.window_start).toBeGreaterThanOrEqual(held.window_start)
        if (cell.window_start === held.window_start) {
          expect(cell.version).toBeGreaterThanOrEqual(held.version)
        }
      }
      this.cells.set(key, cell)
    }
  }
}

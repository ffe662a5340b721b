import { WebSocket } from 'ws'
import type { Cell, ClientMessage, ServerMessage } from '../../../schemas/protocol/stream.ts'

/** A client of the stream over a real socket, which keeps the cells as a wall does. */
export class StreamClient {
  readonly socket: WebSocket
  readonly cells = new Map<string, Cell>()
  readonly closed: Promise<number>
  private readonly opened: Promise<unknown>
  private readonly received: ServerMessage[] = []
  private readonly waiting = new Set<() => void>()

  constructor(url: string, origin?: string) {
    this.socket = new WebSocket(url, origin === undefined ? {} : { origin })
    this.closed = new Promise(resolve => this.socket.on('close', resolve))
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject))
    // Whoever says hello hears of a failure; a client that never does only waits to be closed.
    this.opened.catch(() => undefined)
    this.socket.on('message', data => this.take(JSON.parse(String(data))))
  }

  say(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Connects and is welcomed. */
  async hello(): Promise<ServerMessage> {
    await this.opened
    this.say({ type: 'hello', protocol: 1 })
    return this.next(message => message.type === 'welcome')
  }

  /** The first message, past or to come, that fits. */
  async next(fits: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const index = this.received.findIndex(fits)
      const message = this.received[index]
      if (message) {
        this.received.splice(0, index + 1)
        return message
      }
      await this.change()
    }
  }

  async untilCell(key: string, fits: (cell: Cell) => boolean): Promise<Cell> {
    for (;;) {
      const cell = this.cells.get(key)
      if (cell && fits(cell)) return cell
      await this.change()
    }
  }

  close(): void {
    this.socket.close()
  }

  private change(): Promise<void> {
    return new Promise(resolve => this.waiting.add(resolve))
  }

  private take(message: ServerMessage): void {
    this.received.push(message)
    if (message.type === 'snapshot' || message.type === 'delta') {
      for (const cell of message.cells) this.cells.set(`${cell.kpi}|${cell.region}`, cell)
    }
    for (const wake of this.waiting) wake()
    this.waiting.clear()
  }
}

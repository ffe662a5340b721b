import type { ServerMessage } from '../../../schemas/protocol/stream.ts'
import { parseMessage, type Unreadable } from './parse-message.ts'
import { initialStream, type StreamEvent, type StreamState, stepStream } from './stream-state.ts'

export interface StreamClientOptions {
  readonly url: string
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
  /** 0..1 */
  readonly random: () => number
  readonly onState: (state: StreamState) => void
  readonly onMessage: (message: ServerMessage | Unreadable) => void
}

export interface StreamClient {
  start(): void
  stop(): void
}

const tickMs = 250

/** Carries out what `stepStream` decides, on a real WebSocket. */
export function createStreamClient({
  url,
  now,
  random,
  onState,
  onMessage,
}: StreamClientOptions): StreamClient {
  let state = initialStream(now())
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setInterval> | null = null

  const take = (event: StreamEvent): void => {
    const step = stepStream(state, event, now(), random())
    state = step.state
    for (const action of step.actions) {
      switch (action.type) {
        case 'connect':
          connect()
          break
        case 'disconnect':
          drop()
          break
        case 'send':
          socket?.send(JSON.stringify(action.message))
          break
      }
    }
    onState(state)
  }

  const connect = (): void => {
    drop()
    const opened = new WebSocket(url)
    socket = opened
    // Events of a socket that was given up must not be taken for those of its successor.
    const ifCurrent = (act: () => void) => () => {
      if (socket === opened) act()
    }
    opened.addEventListener(
      'open',
      ifCurrent(() => take({ type: 'opened' })),
    )
    opened.addEventListener('message', event => {
      if (socket !== opened) return
      const message = parseMessage(String(event.data))
      onMessage(message)
      if (message.type !== 'unreadable') take({ type: 'heard', message: message.type })
    })
    opened.addEventListener('close', event => {
      if (socket !== opened) return
      socket = null
      take({ type: 'closed', code: event.code })
    })
  }

  const drop = (): void => {
    const old = socket
    socket = null
    old?.close()
  }

  return {
    start() {
      if (timer !== null) return
      timer = setInterval(() => take({ type: 'tick' }), tickMs)
      take({ type: 'start' })
    },
    stop() {
      if (timer !== null) clearInterval(timer)
      timer = null
      drop()
    },
  }
}

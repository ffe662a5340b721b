import type { AlertLine } from '../../schemas/alerts/alert.ts'
import type { Cell, ServerMessage } from '../../schemas/protocol/stream.ts'
import { type ConnectionState, connectionState } from './connection-state.ts'
import { type AlertChange, HeldAlerts } from './held-alerts.ts'
import { type Change, HeldCells } from './held-cells.ts'
import { parseMessage } from './parse-message.ts'
import { type Link, openLink, type SocketConstructor } from './socket.ts'
import { stepStream } from './step-stream.ts'
import { initialStream, type StreamEvent } from './stream-state.ts'
import type { Selection } from './subscriptions.ts'

export type { AlertLine } from '../../schemas/alerts/alert.ts'
export type { Cell } from '../../schemas/protocol/stream.ts'
export type { ConnectionState, EndReason } from './connection-state.ts'
export { cellKey } from './held-cells.ts'
export type { Socket, SocketConstructor } from './socket.ts'
export type { Selection } from './subscriptions.ts'

/** Something that went wrong and did not end the stream. */
export interface StreamFault {
  /** What the server said, or `unreadable_message`, `token_unavailable`, `cannot_connect`. */
  readonly code: string
  readonly message: string
  /** The subscription that was refused, if it is about one. */
  readonly id?: string
}

export interface StreamClientOptions {
  /**
   * `ws://…/v1/stream` of every api instance. The first one is tried first; when an attempt fails or a connection is
   * lost the next one has its turn.
   */
  readonly urls: readonly string[]
  /** Asked before every attempt, so that it can give a fresh token; undefined for an anonymous viewer. */
  readonly token?: () => string | undefined | Promise<string | undefined>
  /** The screen that a kiosk token is bound to. */
  readonly wall?: string
  /** Called when the state changes. When it is `live`, the values have been handed over. */
  readonly onState?: (state: ConnectionState) => void
  /**
   * Cells with a new value, and cells that are no longer there (the server was reset, a subscription ended). Of one
   * window, no older version is ever handed over after a newer one.
   */
  readonly onCells?: (changed: readonly Cell[], gone: readonly Cell[]) => void
  /**
   * Alerts that are new or changed, and alerts that are no longer held (a subscription ended, or they are over for long).
   * Of one alert, no older version is ever handed over after a newer one.
   */
  readonly onAlerts?: (changed: readonly AlertLine[], gone: readonly AlertLine[]) => void
  readonly onError?: (fault: StreamFault) => void
  /** Every message of the server as it came, before its cells are handed over: for clocks and recorders. */
  readonly onMessage?: (message: ServerMessage) => void
  /** The WebSocket of this platform by default. */
  readonly WebSocket?: SocketConstructor
  /** A live server that says nothing for this long, although it was asked, is given up; 2,500 ms by default. */
  readonly silentAfterMs?: number
  /** Milliseconds of a clock that never jumps; `performance.now` by default. */
  readonly now?: () => number
  /** 0..1; `Math.random` by default. */
  readonly random?: () => number
}

/** Messages that did nothing. */
export interface Ignored {
  /** Of a type that this client does not know: the server is newer. */
  readonly unknown: number
  /** That break the protocol: after each the connection is made anew, as a change may have been in it. */
  readonly unreadable: number
}

/** A connection to the stream that keeps itself alive, and the current values of all that was subscribed to. */
export interface StreamClient {
  /** Connects, and keeps connecting until `stop`. Does nothing when it was started before. */
  start(): void
  /** Closes the connection. What is held stays readable; `start` goes on from there. */
  stop(): void
  /** Adds a subscription, or replaces the one of the same id. Ids are the caller's, at most 48 characters. */
  subscribe(id: string, selection: Selection): void
  /** Ends a subscription; its cells that no other one has are let go of. */
  unsubscribe(id: string): void
  /** The current value of a cell; undefined while it has none. */
  cell(kpi: string, region: string): Cell | undefined
  /** All cells held, in no order. */
  cells(): Iterable<Cell>
  /** All alerts held, those that changed last come last. */
  alerts(): Iterable<AlertLine>
  readonly state: ConnectionState
  readonly ignored: Ignored
}

const tickMs = 250

/**
 * A client of stream protocol v1, for browsers and Node. It reconnects by itself, resumes where it stood, on any api
 * instance, and asks for everything again where the server cannot do that.
 * @throws TypeError when there is no url
 */
export function createStreamClient(options: StreamClientOptions): StreamClient {
  const { urls, token, now = () => performance.now(), random = Math.random } = options
  if (urls.length === 0) throw new TypeError('a stream client needs at least one url')
  const held = new HeldCells()
  const alerts = new HeldAlerts()
  const ignored = { unknown: 0, unreadable: 0 }
  let state = initialStream(now(), {
    urls: urls.length,
    canRenew: token !== undefined,
    silentAfterMs: options.silentAfterMs ?? 2_500,
    ...(options.wall !== undefined && { wall: options.wall }),
  })
  let told: ConnectionState = connectionState(state, urls)
  let link: Link | null = null
  let timer: ReturnType<typeof setInterval> | null = null
  /** Counts attempts, so that a token which comes too late is not used for the next one. */
  let attempts = 0

  const tellCells = ({ changed, gone }: Change): void => {
    if (changed.length > 0 || gone.length > 0) options.onCells?.(changed, gone)
  }
  const tellAlerts = ({ changed, gone }: AlertChange): void => {
    if (changed.length > 0 || gone.length > 0) options.onAlerts?.(changed, gone)
  }
  const tellState = (next: ConnectionState): void => {
    if (told.kind === next.kind) return
    told = next
    options.onState?.(next)
  }
  const fail = (code: string, error: unknown): void =>
    options.onError?.({ code, message: error instanceof Error ? error.message : String(error) })

  /** Decides, and does what was decided; the state is told by `take`, once the cells are. */
  const decide = (event: StreamEvent): void => {
    const step = stepStream(state, event, now(), random())
    state = step.state
    for (const action of step.actions) {
      switch (action.type) {
        case 'connect':
          void connect()
          break
        case 'disconnect':
          drop()
          break
        case 'forget':
          held.ofOtherLog()
          alerts.ofOtherLog()
          break
        case 'drop':
          tellCells(held.drop(action.wireId))
          tellAlerts(alerts.drop(action.wireId))
          break
        case 'rename':
          held.rename(action.from, action.to)
          alerts.rename(action.from, action.to)
          break
        case 'send':
          link?.send(JSON.stringify(action.message))
          break
      }
    }
  }
  const take = (event: StreamEvent): void => {
    decide(event)
    tellState(connectionState(state, urls))
  }

  const connect = async (): Promise<void> => {
    drop()
    const attempt = ++attempts
    try {
      const credential = token ? await token() : undefined
      if (attempt === attempts) open(urls[state.url] ?? '', credential)
    } catch (error) {
      if (attempt !== attempts) return
      fail('token_unavailable', error)
      take({ type: 'closed', code: null })
    }
  }

  const open = (url: string, credential: string | undefined): void => {
    try {
      link = openLink(options.WebSocket ?? WebSocket, url, {
        onOpen: () => take({ type: 'opened', token: credential }),
        onText: hear,
        onClose(code) {
          link = null
          take({ type: 'closed', code })
        },
      })
    } catch (error) {
      fail('cannot_connect', error)
      take({ type: 'closed', code: null })
    }
  }

  const hear = (text: string): void => {
    const message = parseMessage(text)
    if (message.type === 'unreadable') {
      ignored.unreadable++
      fail('unreadable_message', message.why)
      // A change may have been in it: what is held is current again once it was resumed from before.
      drop()
      take({ type: 'closed', code: null })
      return
    }
    decide({ type: 'heard', message })
    const { subscriptions } = state
    if (message.type === 'unknown') ignored.unknown++
    else {
      options.onMessage?.(message)
      if (message.type === 'delta') tellCells(held.takeDelta(message, subscriptions))
      if (message.type === 'snapshot' && subscriptions.some(({ wireId }) => wireId === message.id)) {
        tellCells(held.takeSnapshot(message))
        tellAlerts(alerts.takeSnapshot(message))
      }
      if (message.type === 'alert') tellAlerts(alerts.takeAlert(message, subscriptions))
      if (message.type === 'error') {
        const { code, message: why, id: wireId } = message
        const id = subscriptions.find(one => one.wireId === wireId)?.id
        options.onError?.({ code, message: why, ...(id !== undefined && { id }) })
      }
    }
    tellState(connectionState(state, urls))
  }

  const drop = (): void => {
    attempts++
    link?.release()
    link = null
  }

  return {
    start() {
      if (timer !== null) return
      timer = setInterval(() => take({ type: 'tick' }), tickMs)
      take({ type: 'start' })
    },
    stop() {
      if (timer === null) return
      clearInterval(timer)
      timer = null
      take({ type: 'stop' })
    },
    subscribe: (id, selection) => take({ type: 'subscribe', id, selection }),
    unsubscribe: id => take({ type: 'unsubscribe', id }),
    cell: (kpi, region) => held.get(kpi, region),
    cells: () => held,
    alerts: () => alerts.all(),
    get state() {
      return told
    },
    get ignored() {
      return { ...ignored }
    },
  }
}

import type { ClientMessage, ServerMessage } from '../../schemas/protocol/stream.ts'
import type { Unknown } from './parse-message.ts'
import type { Selection, Subscriptions } from './subscriptions.ts'

/**
 * connecting: the socket opens. greeting: hello is sent. live: every subscription has its values, deltas follow.
 * waiting: lost, a new attempt comes at `retryAt`. ended: the server said that trying again cannot help.
 */
export type Phase = 'connecting' | 'greeting' | 'live' | 'waiting' | 'ended'

/** What a client is told once. */
export interface StreamSettings {
  /** How many servers there are to choose from. */
  readonly urls: number
  /** The screen that a kiosk token is bound to. */
  readonly wall?: string
  /** Whether a new token can be had: a server that refuses one it took before is asked again with a new one. */
  readonly canRenew: boolean
  /** A live server that says nothing for this long, although it was asked, is given up, ms. */
  readonly silentAfterMs: number
}

/** Times are milliseconds of a clock that never jumps (`performance.now`). */
export interface StreamState {
  readonly settings: StreamSettings
  readonly phase: Phase
  /** Which of the servers. */
  readonly url: number
  /** Attempts in a row that did not stay live. */
  readonly attempt: number
  readonly openedAt: number
  readonly heardAt: number
  readonly pingedAt: number
  /** A client that only listens must be heard too, as often as the server is: it closes one that says nothing, ms. */
  readonly keepAliveMs: number
  readonly isWelcome: boolean
  /** Null before the first time. */
  readonly liveSince: number | null
  /** When the last message came before the stream was lost; null while live. */
  readonly lostAt: number | null
  readonly retryAt: number
  readonly closeCode: number | null
  /** The log that positions belong to; null before the first welcome. */
  readonly log: string | null
  /** The greatest position of this log that any server spoke of; null before the first frame. */
  readonly seen: number | null
  readonly subscriptions: Subscriptions
  /** Names on the wire that were given up. */
  readonly ended: number
}

export type StreamEvent =
  | { readonly type: 'start' | 'stop' | 'tick' }
  | { readonly type: 'opened'; readonly token?: string | undefined }
  | { readonly type: 'heard'; readonly message: ServerMessage | Unknown }
  | { readonly type: 'closed'; readonly code: number | null }
  | { readonly type: 'subscribe'; readonly id: string; readonly selection: Selection }
  | { readonly type: 'unsubscribe'; readonly id: string }

export type StreamAction =
  | { readonly type: 'connect' | 'disconnect' }
  /** What is held belongs to a log that is no more. */
  | { readonly type: 'forget' }
  /** The cells of a subscription that ended. */
  | { readonly type: 'drop'; readonly wireId: string }
  /** A subscription is the same under another name. */
  | { readonly type: 'rename'; readonly from: string; readonly to: string }
  | { readonly type: 'send'; readonly message: ClientMessage }

export interface Step {
  readonly state: StreamState
  readonly actions: readonly StreamAction[]
}

export function initialStream(now: number, settings: StreamSettings): StreamState {
  return {
    settings,
    phase: 'waiting',
    url: 0,
    attempt: 0,
    openedAt: now,
    heardAt: now,
    pingedAt: now,
    keepAliveMs: 10_000,
    isWelcome: false,
    liveSince: null,
    lostAt: now,
    retryAt: now,
    closeCode: null,
    log: null,
    seen: null,
    subscriptions: [],
    ended: 0,
  }
}

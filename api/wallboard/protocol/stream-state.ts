import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import { type ClientMessage, protocolVersion, type ServerMessage } from '../../../schemas/protocol/stream.ts'

/**
 * connecting: the socket opens. greeting: hello is sent. live: a snapshot came, deltas follow.
 * waiting: lost, a new attempt comes at `retryAt`. ended: the server said that trying again cannot help.
 */
export type Phase = 'connecting' | 'greeting' | 'live' | 'waiting' | 'ended'

/** Times are milliseconds of a clock that never jumps (`performance.now`). */
export interface StreamState {
  readonly phase: Phase
  /** Attempts in a row that did not stay live. */
  readonly attempt: number
  readonly heardAt: number
  readonly pingedAt: number
  readonly liveSince: number
  /** When the last message came before the stream was lost; null while live. */
  readonly lostAt: number | null
  readonly retryAt: number
  readonly closeCode: number | null
}

export type StreamEvent =
  | { readonly type: 'start' | 'opened' | 'tick' }
  | { readonly type: 'heard'; readonly message: ServerMessage['type'] }
  | { readonly type: 'closed'; readonly code: number }

export type StreamAction =
  | { readonly type: 'connect' | 'disconnect' }
  | { readonly type: 'send'; readonly message: ClientMessage }

export interface Step {
  readonly state: StreamState
  readonly actions: readonly StreamAction[]
}

/** Asking "are you there" after this silence, and giving up after that one: a dead network shows within 3 s. */
const pingAfterMs = 1_000
const silentAfterMs = 2_500
/** A client that only listens must be heard too: a server closes one that says nothing. */
const keepAliveMs = 10_000
const connectWithinMs = 5_000
const firstRetryMs = 500
const longestRetryMs = 15_000
/** A connection that lived this long was a good one: the next failure starts counting again. */
const stableAfterMs = 10_000

/** Everything is subscribed to once: all walls have the same shape, which the server encodes once for all. */
const subscription = {
  type: 'subscribe',
  id: 'wall',
  regions: ['370000'],
  depth: 'subtree',
  kpis: ['*'],
} as const

export function initialStream(now: number): StreamState {
  return {
    phase: 'waiting',
    attempt: 0,
    heardAt: now,
    pingedAt: now,
    liveSince: now,
    lostAt: now,
    retryAt: now,
    closeCode: null,
  }
}

/**
 * What a stream client does next: a pure function of its state, what happened and when.
 * `jitter` in 0..1 spreads the attempts of many walls, so that a restarted server is not stormed.
 */
export function stepStream(state: StreamState, event: StreamEvent, now: number, jitter: number): Step {
  switch (event.type) {
    case 'start':
      return connect(state, now)
    case 'opened':
      return {
        state: { ...state, phase: 'greeting', heardAt: now, pingedAt: now },
        actions: [
          { type: 'send', message: { type: 'hello', protocol: protocolVersion } },
          { type: 'send', message: subscription },
        ],
      }
    case 'heard':
      return { state: heard({ ...state, heardAt: now }, event.message, now), actions: [] }
    case 'closed':
      return { state: lost(state, event.code, now, jitter), actions: [] }
    case 'tick':
      return tick(state, now, jitter)
  }
}

function heard(state: StreamState, message: ServerMessage['type'], now: number): StreamState {
  if (message !== 'snapshot' || state.phase === 'live') return state
  return { ...state, phase: 'live', liveSince: now, lostAt: null, closeCode: null }
}

function tick(state: StreamState, now: number, jitter: number): Step {
  const silence = now - state.heardAt
  switch (state.phase) {
    case 'waiting':
      return now >= state.retryAt ? connect(state, now) : { state, actions: [] }
    case 'connecting':
      return silence >= connectWithinMs ? giveUp(state, now, jitter) : { state, actions: [] }
    case 'greeting':
    case 'live': {
      if (silence >= (state.phase === 'live' ? silentAfterMs : connectWithinMs)) {
        return giveUp(state, now, jitter)
      }
      const sincePing = now - state.pingedAt
      if (sincePing < (silence < pingAfterMs ? keepAliveMs : pingAfterMs)) return { state, actions: [] }
      return { state: { ...state, pingedAt: now }, actions: [{ type: 'send', message: { type: 'ping' } }] }
    }
    case 'ended':
      return { state, actions: [] }
  }
}

function connect(state: StreamState, now: number): Step {
  return { state: { ...state, phase: 'connecting', heardAt: now }, actions: [{ type: 'connect' }] }
}

function giveUp(state: StreamState, now: number, jitter: number): Step {
  return { state: lost(state, null, now, jitter), actions: [{ type: 'disconnect' }] }
}

function lost(state: StreamState, code: number | null, now: number, jitter: number): StreamState {
  if (state.phase === 'waiting' || state.phase === 'ended') return state
  const wasStable = state.phase === 'live' && now - state.liveSince >= stableAfterMs
  const attempt = wasStable ? 0 : state.attempt + 1
  const ended = Object.values(closeCodes).some(known => known.code === code && !known.retry)
  return {
    ...state,
    phase: ended ? 'ended' : 'waiting',
    attempt,
    lostAt: state.lostAt ?? state.heardAt,
    retryAt: now + retryDelayMs(attempt, jitter),
    closeCode: code,
  }
}

/** Doubles with every attempt up to a limit; half of it is random. */
export function retryDelayMs(attempt: number, jitter: number): number {
  const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10))
  return ceiling * (0.5 + 0.5 * jitter)
}

import { closeCodes } from '../../schemas/protocol/close-codes.ts'
import {
  type AlertTold,
  type Delta,
  type Heartbeat,
  protocolVersion,
  type ServerMessage,
  type Snapshot,
} from '../../schemas/protocol/stream.ts'
import type { Unknown } from './parse-message.ts'
import { retryInMs } from './retry.ts'
import type { Step, StreamAction, StreamEvent, StreamState } from './stream-state.ts'
import {
  advanced,
  allServed,
  answered,
  refused,
  resumeOf,
  type Selection,
  type Subscription,
  subscribeMessage,
  unanswered,
  unplaced,
  unsure,
} from './subscriptions.ts'

/** Asking "are you there" after this silence. */
const pingAfterMs = 1_000
const connectWithinMs = 5_000
/** A server that answers pings and not subscriptions is not one to wait for. */
const serveWithinMs = 20_000
/** A connection that lived this long was a good one: the next failure starts counting again. */
const stableAfterMs = 10_000

/**
 * What a stream client does next: a pure function of its state, what happened and when.
 * `jitter` in 0..1 spreads the attempts of many clients, so that a restarted server is not stormed.
 */
export function stepStream(state: StreamState, event: StreamEvent, now: number, jitter: number): Step {
  switch (event.type) {
    case 'start':
      return connect(state, now)
    case 'stop':
      return {
        state: { ...state, phase: 'ended', closeCode: null, lostAt: state.lostAt ?? state.heardAt },
        actions: [{ type: 'disconnect' }],
      }
    case 'opened':
      return open(state, event.token, now)
    case 'heard':
      return hear({ ...state, heardAt: now }, event.message, now)
    case 'closed':
      return { state: lose(state, event.code, now, jitter), actions: [] }
    case 'tick':
      return tick(state, now, jitter)
    case 'subscribe':
      return subscribe(state, event.id, event.selection)
    case 'unsubscribe': {
      const { state: next, actions } = unsubscribe(state, event.id)
      return { state: served(next, now), actions }
    }
  }
}

function isOpen({ phase }: StreamState): boolean {
  return phase === 'greeting' || phase === 'live'
}

function connect(state: StreamState, now: number): Step {
  return { state: { ...state, phase: 'connecting', heardAt: now }, actions: [{ type: 'connect' }] }
}

function open(state: StreamState, token: string | undefined, now: number): Step {
  const { settings, log, seen, subscriptions } = state
  const resume = resumeOf(subscriptions, seen, log)
  const hello = {
    type: 'hello',
    protocol: protocolVersion,
    ...(token !== undefined && { token }),
    ...(settings.wall !== undefined && { wall: settings.wall }),
    ...(resume && { resume }),
  } as const
  return {
    state: {
      ...state,
      phase: 'greeting',
      openedAt: now,
      heardAt: now,
      pingedAt: now,
      isWelcome: false,
      subscriptions: unanswered(subscriptions),
    },
    actions: [hello, ...subscriptions.map(subscribeMessage)].map(message => ({ type: 'send', message })),
  }
}

function hear(state: StreamState, message: ServerMessage | Unknown, now: number): Step {
  switch (message.type) {
    case 'welcome': {
      // A server that does not know its log is taken for one of the same.
      const { log = state.log } = message
      const isOther = state.log !== null && state.log !== log
      const anew = isOther ? { seen: null, subscriptions: unplaced(state.subscriptions) } : {}
      const next = { ...state, ...anew, log, isWelcome: true, keepAliveMs: message.heartbeat_ms }
      return { state: served(next, now), actions: isOther ? [{ type: 'forget' }] : [] }
    }
    case 'snapshot':
    case 'delta':
    case 'alert':
    case 'heartbeat': {
      const step = hearFrame(state, message)
      return { ...step, state: served(step.state, now) }
    }
    case 'error': {
      if (message.id === undefined) return calm(state)
      return calm(served({ ...state, subscriptions: refused(state.subscriptions, message.id) }, now))
    }
    case 'pong':
    case 'unknown':
      return calm(state)
  }
}

/** A frame says how far its server has read, and what is complete up to there. */
function hearFrame(state: StreamState, message: Snapshot | Delta | AlertTold | Heartbeat): Step {
  const { position } = message
  const seen = Math.max(position, state.seen ?? 0)
  const subscriptions =
    message.type === 'snapshot'
      ? answered(state.subscriptions, message, seen)
      : advanced(state.subscriptions, position)
  const next = { ...state, seen, subscriptions }
  // What a server could not tell that had read less than others, it can now.
  return position < seen ? calm(next) : askAgain(next, one => one.isUnsure && one.answer === 'given')
}

/** Under another name: what was said to the old one, and is on its way, is no answer. */
function askAgain(state: StreamState, isMeant: (one: Subscription) => boolean): Step {
  if (!state.subscriptions.some(isMeant)) return calm(state)
  const { ended } = state
  const actions: StreamAction[] = []
  const subscriptions = state.subscriptions.map(one => {
    if (!isMeant(one)) return one
    const again = { ...one, wireId: `${one.id}.${ended + 1}`, answer: 'none' } as const
    actions.push(
      { type: 'rename', from: one.wireId, to: again.wireId },
      { type: 'send', message: { type: 'unsubscribe', id: one.wireId } },
      { type: 'send', message: subscribeMessage(again) },
    )
    return again
  })
  return { state: { ...state, subscriptions, ended: ended + 1 }, actions }
}

function calm(state: StreamState): Step {
  return { state, actions: [] }
}

/** Live as soon as nothing is waited for; a subscription that is added later does not change that. */
function served(state: StreamState, now: number): StreamState {
  if (state.phase !== 'greeting' || !state.isWelcome || !allServed(state.subscriptions)) return state
  return { ...state, phase: 'live', liveSince: now, lostAt: null, closeCode: null }
}

function tick(state: StreamState, now: number, jitter: number): Step {
  const silence = now - state.heardAt
  switch (state.phase) {
    case 'waiting':
      return now >= state.retryAt ? connect(state, now) : calm(state)
    case 'connecting':
      return silence >= connectWithinMs ? giveUp(state, now, jitter) : calm(state)
    case 'greeting':
    case 'live': {
      const isLive = state.phase === 'live'
      if (silence >= (isLive ? state.settings.silentAfterMs : connectWithinMs))
        return giveUp(state, now, jitter)
      if (!isLive && now - state.openedAt >= serveWithinMs) return giveUp(state, now, jitter)
      const sincePing = now - state.pingedAt
      if (sincePing < (silence < pingAfterMs ? state.keepAliveMs : pingAfterMs)) return calm(state)
      return { state: { ...state, pingedAt: now }, actions: [{ type: 'send', message: { type: 'ping' } }] }
    }
    case 'ended':
      return calm(state)
  }
}

function giveUp(state: StreamState, now: number, jitter: number): Step {
  return { state: lose(state, null, now, jitter), actions: [{ type: 'disconnect' }] }
}

function lose(state: StreamState, code: number | null, now: number, jitter: number): StreamState {
  if (state.phase === 'waiting' || state.phase === 'ended') return state
  const { urls, canRenew } = state.settings
  const wasLive = state.phase === 'live'
  const wasStable = wasLive && now - (state.liveSince ?? now) >= stableAfterMs
  const attempt = wasStable ? 0 : state.attempt + 1
  const isFinal = Object.values(closeCodes).some(known => known.code === code && !known.retry)
  // A token that was good enough a moment ago has expired.
  const hasExpired =
    canRenew && wasLive && (code === closeCodes.tokenExpired.code || code === closeCodes.unauthorized.code)
  return {
    ...state,
    phase: isFinal && !hasExpired ? 'ended' : 'waiting',
    attempt,
    url: (state.url + 1) % urls,
    lostAt: state.lostAt ?? state.heardAt,
    retryAt: now + retryInMs({ attempt, urls, closeCode: code }, jitter),
    closeCode: code,
  }
}

function subscribe(before: StreamState, id: string, selection: Selection): Step {
  const { state, actions } = unsubscribe(before, id)
  const wireId = state.ended === 0 ? id : `${id}.${state.ended}`
  const added = { id, wireId, selection, heldTo: null, answer: 'none', isUnsure: false } as const
  return {
    state: { ...state, subscriptions: [...state.subscriptions, added] },
    actions: isOpen(state) ? [...actions, { type: 'send', message: subscribeMessage(added) }] : actions,
  }
}

function unsubscribe(state: StreamState, id: string): Step {
  const gone = state.subscriptions.find(one => one.id === id)
  if (!gone) return calm(state)
  const { wireId, answer } = gone
  const left = unsure(state.subscriptions.filter(one => one !== gone))
  const next = { ...state, subscriptions: left, ended: state.ended + 1 }
  const drop = { type: 'drop', wireId } as const
  if (!isOpen(state)) return { state: next, actions: [drop] }
  const step = askAgain(next, one => one.isUnsure && one.answer !== 'refused')
  const bye = { type: 'send', message: { type: 'unsubscribe', id: wireId } } as const
  return { state: step.state, actions: [drop, ...(answer === 'refused' ? [] : [bye]), ...step.actions] }
}

import { describe, expect, test } from 'vitest'
import {
  initialStream,
  retryDelayMs,
  type StreamAction,
  type StreamEvent,
  type StreamState,
  stepStream,
} from '../../../../api/wallboard/protocol/stream-state.ts'
import { closeCodes } from '../../../../schemas/protocol/close-codes.ts'

/** Plays events at times, with the least jitter. */
function play(events: readonly (readonly [at: number, event: StreamEvent])[], from = initialStream(0)) {
  let state: StreamState = from
  const actions: (readonly [at: number, action: StreamAction])[] = []
  for (const [at, event] of events) {
    const step = stepStream(state, event, at, 0)
    state = step.state
    actions.push(...step.actions.map(action => [at, action] as const))
  }
  return { state, actions }
}

const live = [
  [0, { type: 'start' }],
  [10, { type: 'opened' }],
  [20, { type: 'heard', message: 'welcome' }],
  [30, { type: 'heard', message: 'snapshot' }],
] as const

describe('the stream', () => {
  test('says hello first, subscribes, and is live with the snapshot', () => {
    const { state, actions } = play(live)
    const sent = actions.flatMap(([, action]) => (action.type === 'send' ? [action.message.type] : []))
    expect(sent).toEqual(['hello', 'subscribe'])
    expect(state).toMatchObject({ phase: 'live', lostAt: null })
  })

  test('is not live before the snapshot: without values nothing is current', () => {
    expect(play(live.slice(0, 3)).state).toMatchObject({ phase: 'greeting', lostAt: 0 })
  })

  test('a server that falls silent is pinged, then given up within three seconds', () => {
    const { state, actions } = play([
      ...live,
      [1_100, { type: 'tick' }],
      [1_600, { type: 'tick' }],
      [2_600, { type: 'tick' }],
    ])
    expect(actions.slice(3)).toEqual([
      [1_100, { type: 'send', message: { type: 'ping' } }],
      [2_600, { type: 'disconnect' }],
    ])
    expect(state).toMatchObject({ phase: 'waiting', lostAt: 30 })
  })

  test('an answered ping keeps it alive', () => {
    const { state } = play([
      ...live,
      [1_100, { type: 'tick' }],
      [1_200, { type: 'heard', message: 'pong' }],
      [2_600, { type: 'tick' }],
    ])
    expect(state.phase).toBe('live')
  })

  test('while messages flow it says something now and then, so that the server does not take it for gone', () => {
    const hearing = Array.from({ length: 40 }, (_, i) => 500 * (i + 1)).flatMap(
      (at): readonly (readonly [number, StreamEvent])[] => [
        [at, { type: 'heard', message: 'delta' }],
        [at + 10, { type: 'tick' }],
      ],
    )
    const sent = play([...live, ...hearing]).actions.filter(([, action]) => action.type === 'send')
    const pings = sent.slice(2)
    expect(pings.map(([at]) => at)).toEqual([10_010, 20_010])
  })

  test('a lost connection is tried again after its delay, not before', () => {
    const { state, actions } = play([
      ...live,
      [5_000, { type: 'closed', code: 1006 }],
      [5_400, { type: 'tick' }],
    ])
    expect(state.phase).toBe('waiting')
    expect(actions).toHaveLength(3)
    expect(stepStream(state, { type: 'tick' }, state.retryAt, 0).actions).toEqual([{ type: 'connect' }])
  })

  test('how long it is lost counts from the last message, over all attempts', () => {
    const { state } = play([
      ...live,
      [5_000, { type: 'closed', code: 1006 }],
      [6_000, { type: 'tick' }],
      [6_100, { type: 'closed', code: 1006 }],
    ])
    expect(state).toMatchObject({ lostAt: 30, attempt: 2 })
  })

  test('a connection that lived starts the count of attempts anew', () => {
    expect(play([...live, [60_000, { type: 'closed', code: 1006 }]]).state.attempt).toBe(0)
  })

  test.each(Object.values(closeCodes))('close code $code: retry $retry', ({ code, retry }) => {
    const { state } = play([...live, [40, { type: 'closed', code }]])
    expect(state.phase).toBe(retry ? 'waiting' : 'ended')
    const later = stepStream(state, { type: 'tick' }, 1e6, 0).actions
    expect(later).toEqual(retry ? [{ type: 'connect' }] : [])
  })
})

test('the delay doubles, has a limit, and half of it is random', () => {
  expect([0, 1, 2].map(attempt => retryDelayMs(attempt, 1))).toEqual([500, 1_000, 2_000])
  expect(retryDelayMs(50, 1)).toBe(15_000)
  expect(retryDelayMs(50, 0)).toBe(7_500)
})

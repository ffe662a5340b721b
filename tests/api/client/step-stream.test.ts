import { describe, expect, test } from 'vitest'
import { backOffMs, retryInMs } from '../../../api/client/retry.ts'
import { stepStream } from '../../../api/client/step-stream.ts'
import {
  initialStream,
  type StreamAction,
  type StreamEvent,
  type StreamSettings,
  type StreamState,
} from '../../../api/client/stream-state.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import type { ClientMessage, Snapshot, Welcome } from '../../../schemas/protocol/stream.ts'

const settings: StreamSettings = { urls: 1, canRenew: false, silentAfterMs: 2_500 }
const province = { regions: ['370000'], depth: 'subtree', kpis: ['*'] } as const
const county = { regions: ['370102'], depth: 'self', kpis: ['parking.*'] } as const

type Played = readonly [at: number, event: StreamEvent]

/** Plays events at times, with the least jitter. */
function play(events: readonly Played[], from = initialStream(0, settings)) {
  let state: StreamState = from
  const actions: (readonly [at: number, action: StreamAction])[] = []
  for (const [at, event] of events) {
    const step = stepStream(state, event, at, 0)
    state = step.state
    actions.push(...step.actions.map(action => [at, action] as const))
  }
  const sent = actions.flatMap(([, action]): readonly ClientMessage[] =>
    action.type === 'send' ? [action.message] : [],
  )
  return { state, actions, sent }
}

const welcome = (log = 'log-1'): StreamEvent => {
  const message: Welcome = {
    type: 'welcome',
    protocol: 1,
    position: 0,
    log,
    heartbeat_ms: 10_000,
    server_time: 0,
    clock_speed: 1,
  }
  return { type: 'heard', message }
}
const snapshot = (id: string, position: number, more: Partial<Snapshot> = {}): StreamEvent => ({
  type: 'heard',
  message: { type: 'snapshot', id, position, cells: [], alerts: [], ...more },
})
const delta = (position: number): StreamEvent => ({
  type: 'heard',
  message: { type: 'delta', position, sent_at: 0, cells: [] },
})
const heartbeat = (position: number): StreamEvent => ({
  type: 'heard',
  message: { type: 'heartbeat', position, server_time: 0 },
})
const pong: StreamEvent = { type: 'heard', message: { type: 'pong' } }
const refusal = (id: string): StreamEvent => ({
  type: 'heard',
  message: { type: 'error', code: 'forbidden_region', message: 'no', id },
})

const live: readonly Played[] = [
  [0, { type: 'subscribe', id: 'wall', selection: province }],
  [0, { type: 'start' }],
  [10, { type: 'opened' }],
  [20, welcome()],
  [30, snapshot('wall', 100)],
]
const liveActions = play(live).actions.length

describe('the stream', () => {
  test('says hello first, subscribes, and is live with the snapshot', () => {
    const { state, sent } = play(live)
    expect(sent).toEqual([
      { type: 'hello', protocol: 1 },
      { type: 'subscribe', id: 'wall', ...province, fresh: true },
    ])
    expect(state).toMatchObject({ phase: 'live', lostAt: null })
  })

  test('is not live before the last snapshot: without values nothing is current', () => {
    const two: readonly Played[] = [[0, { type: 'subscribe', id: 'more', selection: county }], ...live]
    expect(play(two).state).toMatchObject({ phase: 'greeting', lostAt: 0 })
    expect(play([...two, [40, snapshot('more', 100)]]).state.phase).toBe('live')
    expect(play([...two, [40, refusal('more')]]).state.phase).toBe('live')
  })

  test('of which every subscription is refused is not live', () => {
    expect(play([...live.slice(0, 4), [40, refusal('wall')]]).state.phase).toBe('greeting')
  })

  test('shows the token and the wall that it is told', () => {
    const { sent } = play(
      [
        [0, { type: 'start' }],
        [1, { type: 'opened', token: 'abc' }],
      ],
      initialStream(0, { ...settings, wall: 'hall' }),
    )
    expect(sent).toEqual([{ type: 'hello', protocol: 1, token: 'abc', wall: 'hall' }])
  })

  test('stops for good when told to, and goes on when started again', () => {
    const { state } = play([...live, [40, { type: 'stop' }]])
    expect(state.phase).toBe('ended')
    expect(stepStream(state, { type: 'tick' }, 1e6, 0).actions).toEqual([])
    expect(stepStream(state, { type: 'start' }, 1e6, 0).actions).toEqual([{ type: 'connect' }])
  })
})

describe('a silent server', () => {
  test('is pinged, then given up within three seconds', () => {
    const { state, actions } = play([
      ...live,
      [1_100, { type: 'tick' }],
      [1_600, { type: 'tick' }],
      [2_600, { type: 'tick' }],
    ])
    expect(actions.slice(liveActions)).toEqual([
      [1_100, { type: 'send', message: { type: 'ping' } }],
      [2_600, { type: 'disconnect' }],
    ])
    expect(state).toMatchObject({ phase: 'waiting', lostAt: 30 })
  })

  test('that answers a ping is kept', () => {
    const { state } = play([...live, [1_100, { type: 'tick' }], [1_200, pong], [2_600, { type: 'tick' }]])
    expect(state.phase).toBe('live')
  })

  test('is one that says nothing; while messages flow the client says something now and then', () => {
    const hearing = Array.from({ length: 40 }, (_, i) => 500 * (i + 1)).flatMap((at): readonly Played[] => [
      [at, delta(100)],
      [at + 10, { type: 'tick' }],
    ])
    const { actions } = play([...live, ...hearing])
    expect(actions.slice(liveActions).map(([at]) => at)).toEqual([10_010, 20_010])
  })
})

describe('a lost connection', () => {
  test('is tried again after its delay, not before', () => {
    const { state, actions } = play([
      ...live,
      [5_000, { type: 'closed', code: 1006 }],
      [5_400, { type: 'tick' }],
    ])
    expect(state.phase).toBe('waiting')
    expect(actions).toHaveLength(liveActions)
    expect(stepStream(state, { type: 'tick' }, state.retryAt, 0).actions).toEqual([{ type: 'connect' }])
  })

  test('is lost since the last message, over all attempts', () => {
    const { state } = play([
      ...live,
      [5_000, { type: 'closed', code: 1006 }],
      [6_000, { type: 'tick' }],
      [6_100, { type: 'closed', code: 1006 }],
    ])
    expect(state).toMatchObject({ lostAt: 30, attempt: 2 })
  })

  test('that lived starts the count of attempts anew', () => {
    expect(play([...live, [60_000, { type: 'closed', code: 1006 }]]).state.attempt).toBe(0)
  })

  test.each(Object.values(closeCodes))('close code $code: retry $retry', ({ code, retry }) => {
    const { state } = play([...live, [40, { type: 'closed', code }]])
    expect(state.phase).toBe(retry ? 'waiting' : 'ended')
    const later = stepStream(state, { type: 'tick' }, 1e6, 0).actions
    expect(later).toEqual(retry ? [{ type: 'connect' }] : [])
  })

  test.each([closeCodes.unauthorized, closeCodes.tokenExpired])(
    'because of a token ($code) is tried once more with a new one, where there can be one',
    ({ code }) => {
      const renewing = initialStream(0, { ...settings, canRenew: true })
      const once = play([...live, [40, { type: 'closed', code }]], renewing).state
      expect(once.phase).toBe('waiting')
      const twice = play(
        [
          [60_000, { type: 'tick' }],
          [60_010, { type: 'opened' }],
          [60_020, { type: 'closed', code }],
        ],
        once,
      ).state
      expect(twice.phase).toBe('ended')
    },
  )
})

describe('several servers', () => {
  const three = initialStream(0, { ...settings, urls: 3 })

  test('have their turn one after the other; only when all have failed is there a wait', () => {
    const { state } = play([...live, [60_000, { type: 'closed', code: closeCodes.goingAway.code }]], three)
    expect(state).toMatchObject({ url: 1, retryAt: 60_000 })
    const second = play(
      [
        [60_000, { type: 'tick' }],
        [60_010, { type: 'closed', code: 1006 }],
      ],
      state,
    ).state
    expect(second).toMatchObject({ url: 2, retryAt: 60_010 })
    const third = play(
      [
        [60_020, { type: 'tick' }],
        [60_030, { type: 'closed', code: 1006 }],
        [60_040, { type: 'tick' }],
        [60_050, { type: 'closed', code: 1006 }],
      ],
      second,
    ).state
    expect(third).toMatchObject({ url: 1, attempt: 3 })
    expect(third.retryAt).toBe(60_050 + backOffMs(1, 0))
  })

  test('do not help a client that is too slow', () => {
    const code = closeCodes.tooSlow.code
    expect(retryInMs({ attempt: 0, urls: 3, closeCode: code }, 0)).toBe(backOffMs(0, 0))
    expect(retryInMs({ attempt: 0, urls: 3, closeCode: 1006 }, 0)).toBe(0)
  })
})

test('the delay doubles, has a limit, and half of it is random', () => {
  expect([0, 1, 2].map(attempt => backOffMs(attempt, 1))).toEqual([500, 1_000, 2_000])
  expect(backOffMs(50, 1)).toBe(15_000)
  expect(backOffMs(50, 0)).toBe(7_500)
})

describe('resuming', () => {
  const again = (at: number): readonly Played[] => [
    [at, { type: 'closed', code: 1006 }],
    [at + 1_000, { type: 'tick' }],
    [at + 1_010, { type: 'opened' }],
  ]
  const saidAgain = (events: readonly Played[]) => play(events).sent.slice(play(live).sent.length)

  test('goes on where the last frame was, and says of which log', () => {
    expect(saidAgain([...live, [40, delta(120)], [50, heartbeat(125)], ...again(60)])).toEqual([
      { type: 'hello', protocol: 1, resume: { position: 125, log: 'log-1' } },
      { type: 'subscribe', id: 'wall', ...province },
    ])
  })

  test('a subscription that was never answered says so', () => {
    const added: Played = [40, { type: 'subscribe', id: 'more', selection: county }]
    expect(saidAgain([...live, added, ...again(60)]).slice(1)).toEqual([
      { type: 'hello', protocol: 1, resume: { position: 100, log: 'log-1' } },
      { type: 'subscribe', id: 'wall', ...province },
      { type: 'subscribe', id: 'more', ...county, fresh: true },
    ])
  })

  test('goes back to where every subscription was complete, when only some were answered since', () => {
    const two: readonly Played[] = [
      ...live,
      [40, { type: 'subscribe', id: 'more', selection: county }],
      [50, snapshot('more', 110)],
      [51, delta(120)],
      ...again(60),
      [2_000, welcome()],
      [2_010, snapshot('more', 300, { since: 120 })],
      [2_020, delta(310)],
      ...again(2_030),
    ]
    expect(saidAgain(two).at(-3)).toMatchObject({ type: 'hello', resume: { position: 120 } })
  })

  test('says how far it has seen where that is further', () => {
    const two: readonly Played[] = [
      ...live,
      [40, { type: 'subscribe', id: 'more', selection: county }],
      [50, snapshot('more', 110)],
      ...again(60),
      [2_000, welcome()],
      [2_010, snapshot('more', 300, { since: 110 })],
      ...again(2_030),
    ]
    expect(saidAgain(two).findLast(({ type }) => type === 'hello')).toMatchObject({
      resume: { position: 100, seen: 300, log: 'log-1' },
    })
  })

  test('says so when the subscription that saw it has ended', () => {
    const replaced: Played = [40, { type: 'subscribe', id: 'wall', selection: county }]
    expect(saidAgain([...live, replaced, ...again(60)]).slice(-2)).toEqual([
      { type: 'hello', protocol: 1, resume: { position: 100, log: 'log-1' } },
      { type: 'subscribe', id: 'wall.1', ...county, fresh: true },
    ])
  })

  test('is not tried in another log; what is held of the old one goes', () => {
    const reset: readonly Played[] = [
      ...live,
      ...again(60),
      [2_000, welcome('log-2')],
      [2_010, snapshot('wall', 5)],
    ]
    const { state, actions } = play(reset)
    expect(actions.map(([, { type }]) => type)).toContain('forget')
    expect(state).toMatchObject({ log: 'log-2', subscriptions: [{ heldTo: 5 }] })
  })
})

describe('subscriptions', () => {
  const ended: readonly Played[] = [
    ...live,
    [40, { type: 'subscribe', id: 'more', selection: county }],
    [50, { type: 'unsubscribe', id: 'more' }],
  ]

  test('that are added while the stream is live are asked for at once', () => {
    const { state, sent } = play([...live, [40, { type: 'subscribe', id: 'more', selection: county }]])
    expect(sent.at(-1)).toEqual({ type: 'subscribe', id: 'more', ...county, fresh: true })
    expect(state.phase).toBe('live')
  })

  test('that replace another one have a name of their own on the wire', () => {
    const { state, actions } = play([...live, [40, { type: 'subscribe', id: 'wall', selection: county }]])
    expect(actions.slice(liveActions).map(([, action]) => action)).toEqual([
      { type: 'drop', wireId: 'wall' },
      { type: 'send', message: { type: 'unsubscribe', id: 'wall' } },
      { type: 'send', message: { type: 'subscribe', id: 'wall.1', ...county, fresh: true } },
    ])
    // The snapshot of the one before was on its way.
    const late = play([[50, snapshot('wall', 130)]], state).state
    expect(late.subscriptions).toMatchObject([{ id: 'wall', heldTo: null, answer: 'none' }])
  })

  test('that remain are asked for anew where it is not known which cells were of the one that ended', () => {
    const { sent, state, actions } = play(ended)
    expect(sent.slice(-3)).toEqual([
      { type: 'unsubscribe', id: 'more' },
      { type: 'unsubscribe', id: 'wall' },
      { type: 'subscribe', id: 'wall.2', ...province, fresh: true },
    ])
    expect(actions.map(([, action]) => action)).toContainEqual({ type: 'rename', from: 'wall', to: 'wall.2' })
    // What was on its way before does not answer it.
    const late = play([[60, snapshot('wall', 110)]], state).state
    expect(late.subscriptions).toMatchObject([{ answer: 'none', isUnsure: true, heldTo: 100 }])
    const told = play([[70, snapshot('wall.2', 110)]], late).state
    expect(told.subscriptions).toMatchObject([{ answer: 'given', isUnsure: false, heldTo: 110 }])
  })

  test('are asked for anew on the next connection when it is lost before the answer', () => {
    const again: readonly Played[] = [
      [60, { type: 'closed', code: 1006 }],
      [1_060, { type: 'tick' }],
      [1_070, { type: 'opened' }],
    ]
    expect(play([...ended, ...again]).sent.slice(-2)).toEqual([
      { type: 'hello', protocol: 1, resume: { position: 100, log: 'log-1' } },
      { type: 'subscribe', id: 'wall.2', ...province, fresh: true },
    ])
  })

  test('are asked for once more when the server could not tell yet', () => {
    const behind = play([...ended, [60, snapshot('wall.2', 90, { reason: 'position_ahead' })]])
    expect(behind.state.subscriptions).toMatchObject([{ answer: 'given', isUnsure: true }])
    expect(play([[70, delta(99)]], behind.state).sent).toEqual([])
    expect(play([[70, heartbeat(100)]], behind.state).sent).toEqual([
      { type: 'unsubscribe', id: 'wall.2' },
      { type: 'subscribe', id: 'wall.3', ...province, fresh: true },
    ])
  })

  test('may be none: who ends the one that is waited for waits for nothing', () => {
    const waiting = play([...live.slice(0, 4), [40, { type: 'unsubscribe', id: 'wall' }]])
    expect(waiting.state).toMatchObject({ phase: 'live', liveSince: 40 })
  })
})

import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { Access } from '../../../api/access/access.ts'
import type { CellTable } from '../../../api/cells/cell-table.ts'
import { type Selection, select } from '../../../api/cells/selection.ts'
import { maxSubscriptions, type Session } from '../../../api/stream/session.ts'
import { StreamHub } from '../../../api/stream/stream-hub.ts'
import { StreamMetrics } from '../../../api/stream/stream-metrics.ts'
import { ManualClock } from '../../../platform/clock.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import { emptyTable, lives, minute, noon, smallTable, window } from '../cells/windows.ts'
import { RecordedClient } from './recorded-client.ts'

const limits = { heartbeatMs: 10_000, silentMs: 30_000, helloMs: 10_000, maxBufferedBytes: 1_000 }
const caller = { remoteAddress: '127.0.0.1' }
const province = { regions: ['370000'], depth: 'subtree', kpis: ['*'] } as const

let table: CellTable
let wall: ManualClock
let metrics: Metrics
let hub: StreamHub

function start(cells = emptyTable()): void {
  table = cells
  wall = new ManualClock(1_000_000)
  metrics = new Metrics('api')
  hub = new StreamHub({
    table,
    access: new Access('loopback'),
    metrics: new StreamMetrics(metrics),
    limits,
    clock: { now: () => noon },
    clockSpeed: 60,
    wall,
  })
}

beforeEach(() => start())

function say(session: Session, message: object): void {
  hub.receive(session, JSON.stringify(message), caller)
}

function connected(): { client: RecordedClient; session: Session } {
  const client = new RecordedClient()
  const session = hub.open(client)
  say(session, { type: 'hello', protocol: 1 })
  client.take()
  return { client, session }
}

function subscribed(selection: Selection = province) {
  const pair = connected()
  say(pair.session, { type: 'subscribe', id: 'all', ...selection })
  hub.tick()
  pair.client.take()
  return pair
}

describe('the greeting', () => {
  test('is answered with the position and the clock', () => {
    table.advanceTo(42)
    const client = new RecordedClient()
    say(hub.open(client), { type: 'hello', protocol: 1 })
    expect(client.messages).toEqual([
      {
        type: 'welcome',
        protocol: 1,
        position: 42,
        heartbeat_ms: 10_000,
        server_time: noon,
        clock_speed: 60,
      },
    ])
  })

  test.each([
    [{ type: 'ping' }, closeCodes.helloExpected],
    [{ type: 'hello' }, closeCodes.helloExpected],
    [{ type: 'hello', protocol: 2 }, closeCodes.protocolUnsupported],
    [{ type: 'dance' }, closeCodes.badMessage],
  ])('%j instead of it closes the stream', (message, { code }) => {
    const client = new RecordedClient()
    say(hub.open(client), message)
    expect(client).toMatchObject({ closedWith: code, messages: [] })
  })

  test('of a caller who may see nothing closes the stream', () => {
    const client = new RecordedClient()
    hub.receive(hub.open(client), '{"type":"hello","protocol":1}', { remoteAddress: '10.0.0.1' })
    expect(client).toMatchObject({ closedWith: closeCodes.unauthorized.code, messages: [] })
  })

  test('is waited for, but not for ever', () => {
    const client = new RecordedClient()
    hub.open(client)
    wall.advance(limits.helloMs + 1)
    hub.tick()
    expect(client.closedWith).toBe(closeCodes.helloExpected.code)
  })
})

describe('a subscription', () => {
  test('gets the current cells, then what changes', () => {
    table.put(window({ value: 40 }))
    table.advanceTo(1)
    const { client, session } = connected()
    say(session, {
      type: 'subscribe',
      id: 'x',
      regions: ['370100'],
      depth: 'self',
      kpis: ['parking.occupancy_pct'],
    })
    hub.tick()
    table.put(window({ window_start: noon + minute, value: 41 }))
    table.put(window({ region: '370200', value: 77 }))
    table.advanceTo(3)
    hub.tick()
    expect(client.take()).toMatchObject([
      { type: 'snapshot', id: 'x', position: 1, cells: [{ region: '370100', value: 40 }], alerts: [] },
      { type: 'delta', position: 3, sent_at: noon, cells: [{ region: '370100', value: 41 }] },
    ])
  })

  test('of something that does not exist is refused, and the client goes on', () => {
    const { client, session } = connected()
    say(session, { type: 'subscribe', id: 'x', ...province, regions: ['123'] })
    say(session, { type: 'subscribe', id: 'y', ...province, depth: 'deep' })
    say(session, { type: 'unsubscribe', id: 'z' })
    say(session, { type: 'hello', protocol: 1 })
    say(session, { type: 'ping' })
    expect(client.take()).toMatchObject([
      { type: 'error', code: 'unknown_region', id: 'x' },
      { type: 'error', code: 'invalid_message', id: 'y' },
      { type: 'error', code: 'unknown_subscription', id: 'z' },
      { type: 'error', code: 'already_greeted' },
      { type: 'pong' },
    ])
    expect(client.closedWith).toBeUndefined()
  })

  test('ends with unsubscribe', () => {
    const { client, session } = subscribed()
    say(session, { type: 'unsubscribe', id: 'all' })
    table.put(window())
    hub.tick()
    expect(client.take()).toEqual([])
  })

  test('of the same id replaces the one before', () => {
    const { client, session } = subscribed()
    say(session, { type: 'subscribe', id: 'all', regions: ['370200'], depth: 'self', kpis: ['*'] })
    hub.tick()
    client.take()
    table.put(window({ region: '370100' }))
    hub.tick()
    expect(client.take()).toEqual([])
  })

  test('too many are refused', () => {
    const { client, session } = connected()
    for (let number = 0; number <= maxSubscriptions; number++) {
      say(session, { type: 'subscribe', id: String(number), ...province })
    }
    expect(client.take()).toMatchObject([{ type: 'error', code: 'too_many_subscriptions', id: '32' }])
  })
})

describe('frames', () => {
  test('are made once and shared by all who want the same cells, however they asked', () => {
    const first = subscribed()
    const second = subscribed({ ...province, kpis: ['parking.*', '*'] })
    const other = subscribed({ ...province, regions: ['370100'] })
    table.put(window())
    hub.tick()
    expect(first.client.buffers).toHaveLength(1)
    expect(second.client.buffers[0]).toBe(first.client.buffers[0])
    expect(other.client.buffers[0]).not.toBe(first.client.buffers[0])
    expect(other.client.take()).toMatchObject([{ type: 'delta' }])
  })

  test('of walls that come back together are made once too', () => {
    table.put(window())
    const [one, two] = [connected(), connected()]
    for (const { session } of [one, two]) say(session, { type: 'subscribe', id: 'all', ...province })
    hub.tick()
    expect(one.client.buffers[0]).toBe(two.client.buffers[0])
  })

  test('of overlapping subscriptions hold every cell once', () => {
    const { client, session } = subscribed()
    say(session, { type: 'subscribe', id: 'city', regions: ['370100'], depth: 'self', kpis: ['*'] })
    hub.tick()
    client.take()
    table.put(window())
    hub.tick()
    expect(client.take()).toMatchObject([{ cells: { length: window().kpis.length } }])
  })
})

describe('keeping alive', () => {
  test('a quiet stream has heartbeats, a busy one has none', () => {
    const { client, session } = subscribed()
    wall.advance(limits.heartbeatMs - 1)
    hub.tick()
    expect(client.take()).toEqual([])
    wall.advance(1)
    hub.tick()
    hub.tick()
    expect(client.take()).toEqual([{ type: 'heartbeat', position: 0, server_time: noon }])
    hub.heard(session)
    wall.advance(limits.heartbeatMs)
    table.put(window())
    hub.tick()
    expect(client.take()).toMatchObject([{ type: 'delta' }])
  })

  test('a client that is not heard of is closed, one that answers probes is not', () => {
    const silent = subscribed()
    const alive = subscribed()
    wall.advance(limits.silentMs)
    hub.heard(alive.session)
    wall.advance(1)
    hub.tick()
    expect(silent.client.closedWith).toBe(closeCodes.silent.code)
    expect(alive.client.closedWith).toBeUndefined()
  })

  test('a stopping server says so', () => {
    const { client } = subscribed()
    hub.closeAll()
    expect(client.closedWith).toBe(closeCodes.goingAway.code)
  })
})

test('a client that does not read is closed, and nothing more is kept for it', async () => {
  const { client } = subscribed()
  client.unread = limits.maxBufferedBytes + 1
  table.put(window())
  hub.tick()
  expect(client.closedWith).toBe(closeCodes.tooSlow.code)
  expect(client.take()).toEqual([])
  hub.tick()
  const text = await metrics.registry.metrics()
  expect(text).toContain('citybrain_api_stream_slow_closes_total 1')
  expect(text).toContain('citybrain_api_stream_shapes 0')
})

const selections: readonly Selection[] = [
  province,
  { regions: ['370100'], depth: 'children', kpis: ['parking.*', 'radio.*'] },
  { regions: ['370000', '370102'], depth: 'self', kpis: ['parking.occupancy_pct', 'datacenter.it_load_kw'] },
]

type Step =
  | { readonly do: 'put' }
  | { readonly do: 'tick' }
  | { readonly do: 'subscribe' | 'unsubscribe'; readonly id: number }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>({ do: 'put' }) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'tick' }) },
    {
      weight: 2,
      arbitrary: fc.record<Step & { id: number }>({
        do: fc.constantFrom('subscribe', 'subscribe', 'unsubscribe'),
        id: fc.nat(selections.length - 1),
      }),
    },
  ),
  { maxLength: 60 },
)

test('law: snapshot and deltas give the client exactly the table, whatever happens in between', () => {
  fc.assert(
    fc.property(lives, steps, (messages, script) => {
      start(smallTable())
      const { client, session } = connected()
      const active = new Set<number>()
      const queue = [...messages]
      for (const step of script) {
        switch (step.do) {
          case 'put': {
            const next = queue.shift()
            if (next) table.put(next)
            break
          }
          case 'tick':
            hub.tick()
            break
          case 'subscribe':
            active.add(step.id)
            say(session, { type: 'subscribe', id: String(step.id), ...selections[step.id] })
            break
          case 'unsubscribe':
            active.delete(step.id)
            say(session, { type: 'unsubscribe', id: String(step.id) })
            break
        }
      }
      hub.tick()
      for (const id of active) {
        const set = select(table.space, selections[id]!)
        for (const cell of set.keys()) {
          if (!set[cell]) continue
          const json = table.jsonOf(cell)
          const key = `${table.space.kpiAt(cell).id}|${table.space.regionAt(cell).code}`
          expect(client.cells.get(key)).toEqual(json === undefined ? undefined : JSON.parse(json))
        }
      }
    }),
    { numRuns: 60 },
  )
})

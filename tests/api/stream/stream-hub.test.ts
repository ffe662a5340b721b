import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Selection, select } from '../../../api/cells/selection.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import { emptyTable, lives, minute, noon, smallTable, window } from '../cells/windows.ts'
import { inTime, readable } from '../laws.ts'
import { RecordedClient } from './recorded-client.ts'
import { limits, province, StreamUnderTest } from './stream-under-test.ts'

let stream: StreamUnderTest

function start(cells = emptyTable()): void {
  stream = new StreamUnderTest(cells)
}

beforeEach(() => start())

async function subscribed(selection: Selection = province) {
  const pair = await stream.connect()
  await stream.say(pair.session, { type: 'subscribe', id: 'all', ...selection })
  stream.hub.tick()
  pair.client.take()
  return pair
}

describe('the greeting', () => {
  test('is answered with the position and the clock', async () => {
    stream.table.advanceTo(42)
    const client = new RecordedClient()
    await stream.say(stream.hub.open(client), { type: 'hello', protocol: 1 })
    expect(client.messages).toEqual([
      {
        type: 'welcome',
        protocol: 1,
        position: 42,
        log: 'log-1',
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
  ])('%j instead of it closes the stream', async (message, { code }) => {
    const client = new RecordedClient()
    await stream.say(stream.hub.open(client), message)
    expect(client).toMatchObject({ closedWith: code, messages: [] })
  })

  test('of a caller who may see nothing closes the stream', async () => {
    const client = new RecordedClient()
    await stream.say(
      stream.hub.open(client),
      { type: 'hello', protocol: 1 },
      {
        remoteAddress: '10.0.0.1',
      },
    )
    expect(client).toMatchObject({ closedWith: closeCodes.unauthorized.code, messages: [] })
  })

  test('is waited for, but not for ever', async () => {
    const client = new RecordedClient()
    stream.hub.open(client)
    stream.wall.advance(limits.helloMs + 1)
    stream.hub.tick()
    expect(client.closedWith).toBe(closeCodes.helloExpected.code)
  })
})

describe('a subscription', () => {
  test('gets the current cells, then what changes', async () => {
    stream.table.put(window({ value: 40 }))
    stream.table.advanceTo(1)
    const { client, session } = await stream.connect()
    await stream.say(session, {
      type: 'subscribe',
      id: 'x',
      regions: ['370100'],
      depth: 'self',
      kpis: ['parking.occupancy_pct'],
    })
    stream.hub.tick()
    stream.table.put(window({ window_start: noon + minute, value: 41 }))
    stream.table.put(window({ region: '370200', value: 77 }))
    stream.table.advanceTo(3)
    stream.hub.tick()
    expect(client.take()).toMatchObject([
      { type: 'snapshot', id: 'x', position: 1, cells: [{ region: '370100', value: 40 }], alerts: [] },
      { type: 'delta', position: 3, sent_at: noon, cells: [{ region: '370100', value: 41 }] },
    ])
  })

  test('of something that does not exist is refused, and the client goes on', async () => {
    const { client, session } = await stream.connect()
    await stream.say(session, { type: 'subscribe', id: 'x', ...province, regions: ['123'] })
    await stream.say(session, { type: 'subscribe', id: 'y', ...province, depth: 'deep' })
    await stream.say(session, { type: 'unsubscribe', id: 'z' })
    await stream.say(session, { type: 'hello', protocol: 1 })
    await stream.say(session, { type: 'ping' })
    expect(client.take()).toMatchObject([
      { type: 'error', code: 'unknown_region', id: 'x' },
      { type: 'error', code: 'invalid_message', id: 'y' },
      { type: 'error', code: 'unknown_subscription', id: 'z' },
      { type: 'error', code: 'already_greeted' },
      { type: 'pong' },
    ])
    expect(client.closedWith).toBeUndefined()
  })

  test('ends with unsubscribe', async () => {
    const { client, session } = await subscribed()
    await stream.say(session, { type: 'unsubscribe', id: 'all' })
    stream.table.put(window())
    stream.hub.tick()
    expect(client.take()).toEqual([])
  })

  test('of the same id replaces the one before', async () => {
    const { client, session } = await subscribed()
    await stream.say(session, {
      type: 'subscribe',
      id: 'all',
      regions: ['370200'],
      depth: 'self',
      kpis: ['*'],
    })
    stream.hub.tick()
    client.take()
    stream.table.put(window({ region: '370100' }))
    stream.hub.tick()
    expect(client.take()).toEqual([])
  })

  test('too many are refused', async () => {
    const { client, session } = await stream.connect()
    for (let number = 0; number <= limits.maxSubscriptions; number++) {
      await stream.say(session, { type: 'subscribe', id: String(number), ...province })
    }
    expect(client.take()).toMatchObject([{ type: 'error', code: 'too_many_subscriptions', id: '32' }])
  })
})

describe('frames', () => {
  test('are made once and shared by all who want the same cells, however they asked', async () => {
    const first = await subscribed()
    const second = await subscribed({ ...province, kpis: ['parking.*', '*'] })
    const other = await subscribed({ ...province, regions: ['370100'] })
    stream.table.put(window())
    stream.hub.tick()
    expect(first.client.buffers).toHaveLength(1)
    expect(second.client.buffers[0]).toBe(first.client.buffers[0])
    expect(other.client.buffers[0]).not.toBe(first.client.buffers[0])
    expect(other.client.take()).toMatchObject([{ type: 'delta' }])
  })

  test('of walls that come back together are made once too', async () => {
    stream.table.put(window())
    const [one, two] = [await stream.connect(), await stream.connect()]
    for (const { session } of [one, two])
      await stream.say(session, { type: 'subscribe', id: 'all', ...province })
    stream.hub.tick()
    expect(one.client.buffers[0]).toBe(two.client.buffers[0])
  })

  test('of overlapping subscriptions hold every cell once', async () => {
    const { client, session } = await subscribed()
    await stream.say(session, {
      type: 'subscribe',
      id: 'city',
      regions: ['370100'],
      depth: 'self',
      kpis: ['*'],
    })
    stream.hub.tick()
    client.take()
    stream.table.put(window())
    stream.hub.tick()
    expect(client.take()).toMatchObject([{ cells: { length: window().kpis.length } }])
  })
})

describe('keeping alive', () => {
  test('a quiet stream has heartbeats, a busy one has none', async () => {
    const { client, session } = await subscribed()
    stream.wall.advance(limits.heartbeatMs - 1)
    stream.hub.tick()
    expect(client.take()).toEqual([])
    stream.wall.advance(1)
    stream.hub.tick()
    stream.hub.tick()
    expect(client.take()).toEqual([{ type: 'heartbeat', position: 0, server_time: noon }])
    stream.hub.heard(session)
    stream.wall.advance(limits.heartbeatMs)
    stream.table.put(window())
    stream.hub.tick()
    expect(client.take()).toMatchObject([{ type: 'delta' }])
  })

  test('a client that asks and is answered hears the position all the same', async () => {
    const { client, session } = await subscribed()
    stream.wall.advance(limits.heartbeatMs)
    stream.table.advanceTo(7)
    await stream.say(session, { type: 'ping' })
    stream.hub.tick()
    expect(client.take()).toMatchObject([{ type: 'pong' }, { type: 'heartbeat', position: 7 }])
  })

  test('a client that is not heard of is closed, one that answers probes is not', async () => {
    const silent = await subscribed()
    const alive = await subscribed()
    stream.wall.advance(limits.silentMs)
    stream.hub.heard(alive.session)
    stream.wall.advance(1)
    stream.hub.tick()
    expect(silent.client.closedWith).toBe(closeCodes.silent.code)
    expect(alive.client.closedWith).toBeUndefined()
  })

  test('a stopping server says so', async () => {
    const { client } = await subscribed()
    stream.hub.closeAll()
    expect(client.closedWith).toBe(closeCodes.goingAway.code)
  })
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

const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
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
  .map(list => readable(list, step => Object.values(step).join(' ')))

test('law: snapshot and deltas give the client exactly the table, whatever happens in between', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(lives, steps, async (messages, script) => {
      start(smallTable())
      const { client, session } = await stream.connect()
      const active = new Set<number>()
      const queue = [...messages]
      for (const step of script) {
        switch (step.do) {
          case 'put': {
            const next = queue.shift()
            if (next) stream.table.put(next)
            break
          }
          case 'tick':
            stream.hub.tick()
            break
          case 'subscribe':
            active.add(step.id)
            await stream.say(session, { type: 'subscribe', id: String(step.id), ...selections[step.id] })
            break
          case 'unsubscribe':
            active.delete(step.id)
            await stream.say(session, { type: 'unsubscribe', id: String(step.id) })
            break
        }
      }
      stream.hub.tick()
      for (const id of active) {
        const set = select(stream.table.space, selections[id]!)
        for (const cell of set.keys()) {
          if (!set[cell]) continue
          const json = stream.table.jsonOf(cell)
          const key = `${stream.table.space.kpiAt(cell).id}|${stream.table.space.regionAt(cell).code}`
          expect(client.cells.get(key)).toEqual(json === undefined ? undefined : JSON.parse(json))
        }
      }
    }),
    { numRuns: 60, ...inTime },
  )
})

import { describe, expect, test } from 'vitest'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import { minute, noon, window } from '../cells/windows.ts'
import { limits, province, StreamUnderTest } from './stream-under-test.ts'

async function reader() {
  const stream = new StreamUnderTest()
  const { client, session } = await stream.connect()
  await stream.say(session, { type: 'subscribe', id: 'all', ...province })
  stream.hub.tick()
  client.take()
  let position = 0
  return {
    stream,
    client,
    session,
    /** A message of the log, and the tick after it. */
    told(over: Parameters<typeof window>[0]) {
      stream.table.put(window(over), position)
      stream.table.advanceTo(++position)
      stream.hub.tick()
    },
  }
}

describe('a client that does not read', () => {
  test('is sent nothing, then the newest value of each cell that changed', async () => {
    const { stream, client, told } = await reader()
    client.unread = limits.conflateAboveBytes + 1
    told({ value: 1 })
    told({ window_start: noon + minute, value: 2 })
    told({ region: '370200', value: 3 })
    expect(client.take()).toEqual([])
    client.unread = 0
    stream.hub.tick()
    const kpis = window().kpis.length
    expect(client.take()).toMatchObject([{ type: 'delta', position: 3, cells: { length: 2 * kpis } }])
    const values = new Set([...client.cells.values()].map(({ region, value }) => `${region} ${value}`))
    expect([...values].sort()).toEqual(['370100 2', '370200 3'])
  })

  test('is told of each change once afterwards', async () => {
    const { client, told } = await reader()
    client.unread = limits.conflateAboveBytes + 1
    told({ value: 1 })
    client.unread = 0
    told({ region: '370200', value: 3 })
    expect(client.take()).toMatchObject([{ type: 'delta', position: 2 }])
    told({ region: '370300', value: 4 })
    expect(client.take()).toMatchObject([{ cells: window().kpis.map(() => ({ region: '370300' })) }])
  })

  test('hears no heartbeat meanwhile: it would say that nothing was missed', async () => {
    const { stream, client, session, told } = await reader()
    client.unread = limits.conflateAboveBytes + 1
    told({ value: 1 })
    stream.wall.advance(limits.heartbeatMs)
    stream.hub.heard(session)
    stream.hub.tick()
    expect(client.take()).toEqual([])
  })

  test('gets the snapshot of a new subscription when it reads again', async () => {
    const { stream, client, session, told } = await reader()
    client.unread = limits.conflateAboveBytes + 1
    told({ value: 1 })
    await stream.say(session, {
      type: 'subscribe',
      id: 'city',
      regions: ['370100'],
      depth: 'self',
      kpis: ['*'],
    })
    stream.hub.tick()
    expect(client.take()).toEqual([])
    client.unread = 0
    stream.hub.tick()
    expect(client.take()).toMatchObject([
      { type: 'delta', position: 1 },
      { type: 'snapshot', id: 'city', position: 1 },
    ])
  })

  test('for too long is closed and forgotten', async () => {
    const { stream, client, session, told } = await reader()
    client.unread = limits.conflateAboveBytes + 1
    told({ value: 1 })
    stream.wall.advance(limits.maxBehindMs + 1)
    stream.hub.heard(session)
    stream.hub.tick()
    expect(client.closedWith).toBe(closeCodes.tooSlow.code)
    stream.hub.remove(session)
    stream.hub.tick()
    const text = await stream.metrics.registry.metrics()
    expect(text).toContain('citybrain_api_stream_clients_behind 0')
    expect(text).toContain('citybrain_api_stream_conflations_total 1')
    expect(text).toContain('citybrain_api_stream_shapes 0')
  })

  test('but goes on asking is closed before the answers pile up', async () => {
    const { stream, client, session } = await reader()
    client.unread = limits.maxBufferedBytes + 1
    await stream.say(session, { type: 'ping' })
    expect(client.closedWith).toBe(closeCodes.tooSlow.code)
    expect(client.take()).toEqual([])
  })
})

describe('a client that sends too much', () => {
  test('is told so for each message, and closed when it does not stop', async () => {
    const { stream, client, session } = await reader()
    const { burst } = limits.messages
    const sent = 3 * burst
    for (let number = 0; number < sent; number++) await stream.say(session, { type: 'ping' })
    const types = client.take().map(message => (message.type === 'error' ? message.code : message.type))
    // hello and subscribe were messages too.
    expect(types.filter(type => type === 'pong')).toHaveLength(burst - 2)
    expect(types.filter(type => type === 'rate_limited')).toHaveLength(burst)
    expect(client.closedWith).toBe(closeCodes.tooManyMessages.code)
  })

  test('may go on after a while', async () => {
    const { stream, client, session } = await reader()
    for (let number = 0; number < limits.messages.burst; number++) await stream.say(session, { type: 'ping' })
    client.take()
    stream.wall.advance(1_000)
    await stream.say(session, { type: 'ping' })
    expect(client.take()).toEqual([{ type: 'pong' }])
  })
})

import { describe, expect, test } from 'vitest'
import { AlertBook } from '../../../api/alerts/alert-book.ts'
import { endedTold } from '../../../api/stream/alert-frames.ts'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import type { Snapshot } from '../../../schemas/protocol/stream.ts'
import { alert } from '../alerts/alerts.ts'
import { noon, window } from '../cells/windows.ts'
import { limits, StreamUnderTest } from './stream-under-test.ts'

const jinan = {
  type: 'subscribe',
  id: 'jinan',
  regions: ['370100'],
  depth: 'children',
  kpis: [],
  alerts: true,
}

async function watching(over: object = {}, stream = new StreamUnderTest()) {
  const { client, session } = await stream.connect()
  await stream.say(session, { ...jinan, ...over })
  stream.hub.tick()
  const [snapshot] = client.take()
  if (snapshot?.type !== 'snapshot') throw new Error(`no snapshot: ${JSON.stringify(snapshot)}`)
  let offset = 0
  return {
    stream,
    client,
    session,
    snapshot,
    told(...alerts: readonly Parameters<typeof alert>[0][]) {
      for (const each of alerts) stream.alerts.put(alert(each))
      offset += alerts.length
      stream.alerts.advanceTo(offset)
      stream.hub.tick()
    },
  }
}

const ids = ({ alerts }: Snapshot) => alerts.map(({ alert_id }) => alert_id)

describe('a snapshot', () => {
  test('has the alerts of its regions, as far down as it reaches, without their histories', async () => {
    const stream = new StreamUnderTest()
    stream.alerts.put(alert({ alert_id: 'city' }))
    stream.alerts.put(alert({ alert_id: 'county', region: '370102', level: 'county' }))
    stream.alerts.put(alert({ alert_id: 'above', region: '370000', level: 'province' }))
    stream.alerts.put(alert({ alert_id: 'elsewhere', region: '370200' }))
    stream.alerts.advanceTo(4)
    const { snapshot } = await watching({}, stream)
    expect(ids(snapshot).sort()).toEqual(['city', 'county'])
    expect(snapshot.alerts_position).toBe(4)
    expect(snapshot.alerts[0]).not.toHaveProperty('history')
    expect(ids((await watching({ depth: 'self' }, stream)).snapshot)).toEqual(['city'])
    expect((await watching({ alerts: false, kpis: ['*'] }, stream)).snapshot).toMatchObject({ alerts: [] })
  })

  test('has all that go on, and the last that are over', async () => {
    const stream = new StreamUnderTest()
    stream.alerts.put(alert({ alert_id: 'goes on', updated_at: 0 }))
    for (let at = 0; at < endedTold + 5; at++) {
      stream.alerts.put(alert({ alert_id: `over ${at}`, state: 'resolved', updated_at: noon + at }))
    }
    const { snapshot } = await watching({}, stream)
    expect(ids(snapshot)).toHaveLength(endedTold + 1)
    expect(ids(snapshot)).toContain('goes on')
    expect(ids(snapshot)).not.toContain('over 4')
  })

  test('has them all, also for a client that resumes', async () => {
    const stream = new StreamUnderTest()
    stream.table.beginAt(0)
    stream.table.put(window(), 0)
    stream.table.advanceTo(1)
    stream.alerts.put(alert({ alert_id: 'city' }))
    const { client, session } = await stream.connect({ resume: { position: 1, log: 'log-1' } })
    await stream.say(session, { ...jinan, kpis: ['*'] })
    stream.hub.tick()
    expect(client.take()).toMatchObject([{ since: 1, cells: [], alerts: [{ alert_id: 'city' }] }])
  })
})

describe('a change', () => {
  test('is told to whom it concerns, once, in the same bytes', async () => {
    const { stream, client, told } = await watching()
    const neighbour = await stream.connect()
    await stream.say(neighbour.session, { ...jinan, id: 'other', depth: 'subtree' })
    const elsewhere = await stream.connect()
    await stream.say(elsewhere.session, { ...jinan, regions: ['370200'] })
    const both = await stream.connect()
    await stream.say(both.session, jinan)
    await stream.say(both.session, { ...jinan, id: 'again' })
    stream.hub.tick()
    for (const one of [client, neighbour.client, elsewhere.client, both.client]) one.take()
    told({ alert_id: 'a' })
    expect(client.buffers[0]).toBe(neighbour.client.buffers[0])
    const message = { type: 'alert', alerts_position: 1, alert: { alert_id: 'a', version: 1 } }
    for (const one of [client, neighbour.client, both.client]) expect(one.take()).toMatchObject([message])
    expect(elsewhere.client.take()).toEqual([])
  })

  test('between a subscription and its snapshot is in the snapshot, and not told again', async () => {
    const { stream, client, session } = await watching()
    await stream.say(session, { ...jinan, id: 'second' })
    stream.alerts.put(alert({ alert_id: 'a' }))
    stream.hub.tick()
    expect(client.take().map(({ type }) => type)).toEqual(['alert', 'snapshot'])
    stream.hub.tick()
    expect(client.take()).toEqual([])
  })

  test('is not told any more once the subscription has ended', async () => {
    const { stream, client, session, told } = await watching()
    await stream.say(session, { type: 'unsubscribe', id: 'jinan' })
    told({ alert_id: 'a' })
    expect(client.take()).toEqual([])
  })
})

describe('a client that does not read', () => {
  test('is told the newest version of each alert when it reads again', async () => {
    const { client, told } = await watching()
    client.unread = limits.conflateAboveBytes + 1
    told({ alert_id: 'a' })
    told({ alert_id: 'a', version: 2 }, { alert_id: 'b' })
    expect(client.take()).toEqual([])
    client.unread = 0
    told({ alert_id: 'c' })
    const heard = client.take().flatMap(message => (message.type === 'alert' ? [message.alert] : []))
    expect(heard.map(({ alert_id, version }) => `${alert_id} ${version}`)).toEqual(['a 2', 'b 1', 'c 1'])
    told({ alert_id: 'd' })
    expect(client.take()).toMatchObject([{ alert: { alert_id: 'd' } }])
  })

  test('is told of cells and alerts that it missed', async () => {
    const { stream, client, told } = await watching({ kpis: ['*'] })
    client.unread = limits.conflateAboveBytes + 1
    told({ alert_id: 'a' })
    stream.table.put(window({ value: 7 }), 0)
    stream.table.advanceTo(1)
    stream.hub.tick()
    client.unread = 0
    stream.hub.tick()
    expect(client.take().map(({ type }) => type)).toEqual(['delta', 'alert'])
  })

  test('for too long is closed, for alerts as for cells', async () => {
    const { stream, client, session, told } = await watching()
    client.unread = limits.conflateAboveBytes + 1
    told({ alert_id: 'a' })
    stream.wall.advance(limits.maxBehindMs + 1)
    stream.hub.heard(session)
    stream.hub.tick()
    expect(client.closedWith).toBe(closeCodes.tooSlow.code)
  })

  test('is closed rather than told a part, where what it missed is not known any more', async () => {
    const { stream, client, told } = await watching()
    client.unread = limits.conflateAboveBytes + 1
    told({ alert_id: 'a' })
    stream.alerts.forget('a')
    told({ alert_id: 'b' })
    client.unread = 0
    stream.hub.tick()
    expect(client.closedWith).toBe(closeCodes.tooSlow.code)
  })
})

test('a book that was filled before anybody came is told to nobody twice', async () => {
  const book = new AlertBook()
  book.put(alert({ alert_id: 'a' }))
  const stream = new StreamUnderTest(undefined, undefined, undefined, book)
  const { client, snapshot } = await watching({}, stream)
  expect(ids(snapshot)).toEqual(['a'])
  stream.hub.tick()
  expect(client.take()).toEqual([])
})

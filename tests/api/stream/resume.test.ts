import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CellTable } from '../../../api/cells/cell-table.ts'
import type { RegionWindow } from '../../../api/cells/region-window.ts'
import { select } from '../../../api/cells/selection.ts'
import type { Snapshot } from '../../../schemas/protocol/stream.ts'
import { emptyTable, lives, minute, noon, smallTable, window } from '../cells/windows.ts'
import { inTime, readable } from '../laws.ts'
import { RecordedClient } from './recorded-client.ts'
import { limits, province, StreamUnderTest } from './stream-under-test.ts'

const subscribe = { type: 'subscribe', id: 'all', ...province }
const two = [window({ value: 1 }), window({ region: '370200', value: 2 })]
const three = [...two, window({ region: '370200', window_start: noon + minute, value: 3 })]

/** A server that has read these messages, the first one at `first`. */
function server(messages: readonly RegionWindow[], { first = 0, logId = 'log-1' } = {}): StreamUnderTest {
  const table = emptyTable()
  table.beginAt(first)
  for (const [index, message] of messages.entries()) table.put(message, first + index)
  table.advanceTo(first + messages.length)
  return new StreamUnderTest(table, undefined, logId)
}

async function snapshotOf(stream: StreamUnderTest, hello: object, over: object = {}): Promise<Snapshot> {
  const { client, session } = await stream.connect(hello)
  await stream.say(session, { ...subscribe, ...over })
  stream.hub.tick()
  const [message] = client.take()
  if (message?.type !== 'snapshot') throw new Error(`not a snapshot: ${JSON.stringify(message)}`)
  return message
}

const regionsIn = ({ cells }: Snapshot) => [...new Set(cells.map(({ region }) => region))].sort()

describe('a client that comes back', () => {
  test('is told what changed since', async () => {
    const snapshot = await snapshotOf(server(three), { resume: { position: 2, log: 'log-1' } })
    expect(snapshot).toMatchObject({ position: 3, since: 2 })
    expect(regionsIn(snapshot)).toEqual(['370200'])
  })

  test('to another server, which read less of the log, is told the same', async () => {
    const stream = server(three.slice(1), { first: 1 })
    const snapshot = await snapshotOf(stream, { resume: { position: 2 } })
    expect(snapshot).toMatchObject({ position: 3, since: 2 })
    expect(regionsIn(snapshot)).toEqual(['370200'])
  })

  test('is told nothing when nothing changed', async () => {
    const snapshot = await snapshotOf(server(three), { resume: { position: 3, log: 'log-1' } })
    expect(snapshot).toMatchObject({ position: 3, since: 3, cells: [] })
  })

  test('gets everything of a subscription that it did not have', async () => {
    const snapshot = await snapshotOf(server(three), { resume: { position: 3 } }, { fresh: true })
    expect(snapshot).not.toHaveProperty('since')
    expect(snapshot).not.toHaveProperty('reason')
    expect(regionsIn(snapshot)).toEqual(['370100', '370200'])
  })

  test.each([
    ['position_too_old', { position: 0 }, { first: 1 }],
    ['other_log', { position: 2, log: 'log-0' }, {}],
  ])('gets everything and the reason: %s', async (reason, resume, options) => {
    const snapshot = await snapshotOf(server(three, options), { resume })
    expect(snapshot).toMatchObject({ reason })
    expect(snapshot).not.toHaveProperty('since')
    expect(regionsIn(snapshot)).toEqual(['370100', '370200'])
  })

  test('to a server that is behind waits for it', async () => {
    const stream = server(two)
    const { client, session } = await stream.connect({ resume: { position: 3 } })
    await stream.say(session, subscribe)
    stream.hub.tick()
    expect(client.take()).toEqual([])
    stream.table.put(three[2]!, 2)
    stream.table.advanceTo(3)
    stream.hub.tick()
    expect(client.take()).toMatchObject([{ type: 'snapshot', since: 3, position: 3, cells: [] }])
  })

  test('to a server that stays behind gets what there is, and the reason', async () => {
    const stream = server(two)
    const { client, session } = await stream.connect({ resume: { position: 3 } })
    await stream.say(session, subscribe)
    stream.wall.advance(limits.aheadMs)
    stream.hub.tick()
    expect(client.take()).toMatchObject([{ type: 'snapshot', reason: 'position_ahead', position: 2 }])
  })
})

describe('a client that has seen more than the server', () => {
  test.each([
    ['of a subscription that it did not have', { position: 3, log: 'log-1' }, { fresh: true }],
    ['of one that it has further than the others', { position: 1, seen: 3, log: 'log-1' }, {}],
    ['of one that reaches too far back', { position: 0, seen: 3, log: 'log-1' }, {}],
  ])('is told nothing %s before the server has caught up', async (_what, resume, over) => {
    const stream = server(three.slice(1, 2), { first: 1 })
    const { client, session } = await stream.connect({ resume })
    await stream.say(session, { ...subscribe, ...over })
    stream.wall.advance(limits.aheadMs - 1)
    stream.hub.tick()
    expect(client.take()).toEqual([])
    stream.table.put(three[2]!, 2)
    stream.table.advanceTo(3)
    stream.hub.tick()
    const [snapshot] = client.take()
    expect(snapshot).toMatchObject({ type: 'snapshot', position: 3 })
    expect(snapshot).not.toMatchObject({ reason: 'position_ahead' })
  })

  test('is told so with every snapshot until then, and waits once', async () => {
    const stream = server(two)
    const { client, session } = await stream.connect({ resume: { position: 3 } })
    await stream.say(session, { ...subscribe, fresh: true })
    stream.wall.advance(limits.aheadMs)
    stream.hub.tick()
    await stream.say(session, { ...subscribe, id: 'more', fresh: true })
    stream.hub.tick()
    const behind = { type: 'snapshot', reason: 'position_ahead', position: 2 }
    expect(client.take()).toMatchObject([behind, { ...behind, id: 'more' }])
    stream.table.put(three[2]!, 2)
    stream.table.advanceTo(3)
    await stream.say(session, { ...subscribe, id: 'last', fresh: true })
    stream.hub.tick()
    const [delta, last] = client.take()
    expect(delta).toMatchObject({ type: 'delta', position: 3 })
    expect(last).toMatchObject({ id: 'last', position: 3 })
    expect(last).not.toHaveProperty('reason')
  })

  test('of another log is not kept waiting: there is nothing to compare with', async () => {
    const snapshot = await snapshotOf(server(two), { resume: { position: 3, log: 'log-0' } })
    expect(snapshot).toMatchObject({ reason: 'other_log', position: 2 })
  })
})

test('a window that history had is known to have been said when it comes again in the log', () => {
  const table = emptyTable()
  table.put(window())
  table.beginAt(5)
  table.put(window(), 5)
  table.advanceTo(6)
  const all = select(table.space, province)
  expect(table.changedSince(5, all)).toHaveLength(window().kpis.length)
  expect(table.changedSince(6, all)).toEqual([])
})

test('a window that history tells late counts as changed when it is told', () => {
  const { table } = server(two)
  table.put(window({ region: '370300' }))
  expect(table.changedSince(2, select(table.space, province))).toHaveLength(window().kpis.length)
})

/** What a client of a server, or of the next one, does. */
type Step =
  | { readonly do: 'tick' | 'stall' | 'go on' | 'move' | 'move and ask anew' | 'restart' }
  | { readonly do: 'read'; readonly server: 0 | 1 }
const script: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<Step[]>({ do: 'read', server: 0 }, { do: 'read', server: 1 }) },
      { weight: 3, arbitrary: fc.constant<Step>({ do: 'tick' }) },
      {
        weight: 3,
        arbitrary: fc.constantFrom<Step[]>(
          { do: 'stall' },
          { do: 'go on' },
          { do: 'move' },
          { do: 'move and ask anew' },
          { do: 'restart' },
        ),
      },
    ),
    { maxLength: 80 },
  )
  .map(steps => readable(steps, step => Object.values(step).join(' ')))

test('law: whoever moves between servers, stalls and resumes holds exactly the current cells, and saw none go back', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(lives, script, async (log, steps) => {
      // Two servers read one log, each at its own pace; a restarted one knows what was final and begins further on.
      const servers = [fresh(), fresh()]
      const client = new RecordedClient()
      let at = 0
      let { session } = await arrive(servers[at]!.stream, client, undefined)
      for (const step of steps) {
        const { stream } = servers[at]!
        switch (step.do) {
          case 'read':
            readNext(servers[step.server]!, log)
            break
          case 'tick':
            stream.hub.tick()
            break
          case 'stall':
            client.unread = limits.conflateAboveBytes + 1
            break
          case 'go on':
            client.unread = 0
            break
          case 'move':
          case 'move and ask anew':
          case 'restart': {
            const other = 1 - at
            if (step.do === 'restart') servers[other] = restarted(servers[other]!, log)
            stream.hub.remove(session)
            client.unread = 0
            at = other
            const over = step.do === 'move and ask anew' ? { fresh: true } : {}
            session = (await arrive(servers[at]!.stream, client, client.position, over)).session
            break
          }
        }
      }
      client.unread = 0
      const { stream } = servers[at]!
      while (servers[at]!.read < servers[1 - at]!.read) readNext(servers[at]!, log)
      stream.hub.tick()
      stream.hub.tick()
      expectSame(client, stream.table)
    }),
    { numRuns: 300, ...inTime },
  )
})

interface Server {
  readonly stream: StreamUnderTest
  read: number
}

function fresh(): Server {
  const table = smallTable()
  table.beginAt(0)
  return { stream: new StreamUnderTest(table), read: 0 }
}

function readNext(server: Server, log: readonly RegionWindow[]): void {
  const message = log[server.read]
  if (!message) return
  server.stream.table.put(message, server.read)
  server.stream.table.advanceTo(++server.read)
}

/** Final windows from history, the provisional ones of the log from its start on. */
function restarted({ read }: Server, log: readonly RegionWindow[]): Server {
  const table = smallTable()
  for (const message of log.slice(0, read)) if (message.status !== 'provisional') table.put(message)
  const again: Server = { stream: new StreamUnderTest(table), read: 0 }
  table.beginAt(0)
  while (again.read < read) readNext(again, log)
  return again
}

async function arrive(
  stream: StreamUnderTest,
  client: RecordedClient,
  position: number | undefined,
  over: object = {},
) {
  const arrived = await stream.connect(position === undefined ? {} : { resume: { position } }, client)
  await stream.say(arrived.session, { ...subscribe, ...over })
  stream.hub.tick()
  return arrived
}

function expectSame(client: RecordedClient, table: CellTable): void {
  const held = Object.fromEntries(client.cells)
  const current = Array.from({ length: table.space.size }, (_, cell) => table.jsonOf(cell)).flatMap(json =>
    json === undefined ? [] : [JSON.parse(json)],
  )
  expect(held).toEqual(Object.fromEntries(current.map(cell => [`${cell.kpi}|${cell.region}`, cell])))
}

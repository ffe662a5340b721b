import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Access } from '../../../api/access/access.ts'
import type { RegionWindow } from '../../../api/cells/region-window.ts'
import { select } from '../../../api/cells/selection.ts'
import {
  type Cell,
  type ConnectionState,
  cellKey,
  createStreamClient,
  type StreamClient,
  type StreamClientOptions,
  type StreamFault,
} from '../../../api/client/stream-client.ts'
import { supersedes } from '../../../schemas/protocol/current-value.ts'
import type { ServerMessage, Snapshot } from '../../../schemas/protocol/stream.ts'
import { lives, minute, noon, smallTable, window } from '../cells/windows.ts'
import { StreamUnderTest } from '../stream/stream-under-test.ts'
import { StreamNetwork } from './stream-network.ts'

const [here, there] = ['ws://here/v1/stream', 'ws://there/v1/stream'] as const
const jinan = { regions: ['370100'], depth: 'self', kpis: ['parking.*'] } as const
const occupancy = 'parking.occupancy_pct'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A server that reads a log message by message. */
class LogServer {
  readonly stream: StreamUnderTest
  read = 0
  private readonly log: readonly RegionWindow[]

  constructor(log: readonly RegionWindow[], logId = 'log-1', access = new Access('loopback')) {
    const table = smallTable()
    table.beginAt(0)
    this.log = log
    this.stream = new StreamUnderTest(table, access, logId)
  }

  next(): void {
    const message = this.log[this.read]
    if (!message) return
    this.stream.table.put(message, this.read)
    this.stream.table.advanceTo(++this.read)
  }

  all(): this {
    while (this.read < this.log.length) this.next()
    return this
  }
}

/** A client of some servers, with all it was told; time passes only when the test says so. */
class Bench {
  readonly network = new StreamNetwork()
  readonly states: ConnectionState[] = []
  readonly faults: StreamFault[] = []
  readonly messages: ServerMessage[] = []
  /** The cells as somebody has them who only listens. */
  readonly mirror = new Map<string, Cell>()
  readonly gone: Cell[] = []
  readonly client: StreamClient
  readonly servers = new Map<string, LogServer>()
  /** The newest version of every window that was ever handed over, of this log. */
  private readonly newest = new Map<string, Cell>()
  private log: string | undefined

  constructor(options: Partial<StreamClientOptions> = {}) {
    this.client = createStreamClient({
      urls: [here, there],
      WebSocket: this.network.WebSocket,
      now: () => Date.now(),
      random: () => 0.5,
      onState: state => this.states.push(state),
      onError: fault => this.faults.push(fault),
      onMessage: message => this.heard(message),
      onCells: (changed, gone) => this.take(changed, gone),
      ...options,
    })
  }

  up(url: string, server: LogServer): LogServer {
    this.servers.set(url, server)
    this.network.put(url, server.stream)
    return server
  }

  down(url: string): void {
    this.servers.delete(url)
    this.network.put(url, undefined)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await vi.advanceTimersByTimeAsync(250)
      for (const { stream } of this.servers.values()) {
        stream.wall.advance(250)
        stream.hub.tick()
      }
    }
  }

  snapshots(): readonly Snapshot[] {
    return this.messages.flatMap(message => (message.type === 'snapshot' ? [message] : []))
  }

  private heard(message: ServerMessage): void {
    this.messages.push(message)
    if (message.type !== 'welcome' || message.log === this.log) return
    this.log = message.log
    this.newest.clear()
  }

  private take(changed: readonly Cell[], gone: readonly Cell[]): void {
    for (const cell of changed) {
      const window = `${cellKey(cell.kpi, cell.region)}|${cell.window_start}`
      const before = this.newest.get(window)
      if (before) expect(supersedes(before, cell), `${JSON.stringify(cell)} after a newer one`).toBe(false)
      this.newest.set(window, cell)
      this.mirror.set(cellKey(cell.kpi, cell.region), cell)
    }
    this.gone.push(...gone)
    for (const { kpi, region } of gone) this.mirror.delete(cellKey(kpi, region))
  }
}

const next = (number: number, value: number) => window({ window_start: noon + number * minute, value })

describe('a client', () => {
  test('hands over the values, then says that they are current, then what changes', async () => {
    const bench = new Bench()
    const server = bench.up(here, new LogServer([next(0, 40), next(1, 41)]))
    server.next()
    bench.client.subscribe('jinan', jinan)
    bench.client.start()
    await bench.pass(500)
    expect(bench.states).toEqual([{ kind: 'live', url: here }])
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(40)
    server.next()
    await bench.pass(250)
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(41)
    expect(bench.mirror.get(cellKey(occupancy, '370100'))?.value).toBe(41)
    bench.client.stop()
    expect(bench.states.at(-1)).toMatchObject({ kind: 'ended', reason: 'stopped' })
    expect([...bench.client.cells()]).not.toEqual([])
  })

  test('of a server that goes is with the next one at once, and is told only what it missed', async () => {
    const bench = new Bench()
    const log = [next(0, 40), window({ region: '370102', value: 7 }), next(1, 41)]
    const first = bench.up(here, new LogServer(log))
    first.next()
    first.next()
    bench.up(there, new LogServer(log).all())
    bench.client.subscribe('jinan', jinan)
    bench.client.subscribe('county', { ...jinan, regions: ['370102'] })
    bench.client.start()
    await bench.pass(500)
    first.stream.hub.closeAll()
    bench.down(here)
    await bench.pass(1_000)
    expect(bench.states.map(({ kind }) => kind)).toEqual(['live', 'stale', 'live'])
    expect(bench.client.state).toEqual({ kind: 'live', url: there })
    expect(bench.snapshots().slice(2)).toMatchObject([
      { id: 'jinan', since: 2, position: 3 },
      { id: 'county', since: 2, position: 3, cells: [] },
    ])
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(41)
    expect(bench.client.cell(occupancy, '370102')?.value).toBe(7)
    expect(bench.gone).toEqual([])
    bench.client.stop()
  })

  test('of a server that was reset holds what the new log says, whatever the versions', async () => {
    const bench = new Bench({ urls: [here] })
    bench.up(here, new LogServer([{ ...next(5, 40), version: 900 }, window({ region: '370102' })]).all())
    bench.client.subscribe('all', { regions: ['370000'], depth: 'subtree', kpis: ['parking.*'] })
    bench.client.start()
    await bench.pass(500)
    bench.up(here, new LogServer([{ ...next(0, 3), version: 1 }], 'log-2').all())
    await bench.pass(2_000)
    expect(bench.snapshots().at(-1)).toMatchObject({ reason: 'other_log' })
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(3)
    expect(bench.client.cell(occupancy, '370102')).toBeUndefined()
    expect(bench.gone.map(({ region }) => region)).toContain('370102')
    bench.client.stop()
  })

  test('keeps trying while nobody is there, ever more slowly', async () => {
    const bench = new Bench()
    bench.client.start()
    await bench.pass(60_000)
    const { tried } = bench.network
    expect(tried.slice(0, 4)).toEqual([here, there, here, there])
    expect(tried.length).toBeGreaterThan(5)
    expect(tried.length).toBeLessThan(15)
    expect(bench.client.state.kind).toBe('connecting')
    bench.up(here, new LogServer([]))
    await bench.pass(30_000)
    expect(bench.client.state.kind).toBe('live')
    bench.client.stop()
    await bench.pass(60_000)
    expect(bench.client.state.kind).toBe('ended')
  })

  test('asks for a token before every attempt, and goes on when there is none to be had', async () => {
    let asked = 0
    const bench = new Bench({
      token: async () => {
        if (++asked === 1) throw new Error('the sign-in is away')
        return 'not a token'
      },
    })
    bench.up(here, new LogServer([]))
    bench.up(there, new LogServer([]))
    bench.client.start()
    await bench.pass(5_000)
    expect(bench.faults).toEqual([{ code: 'token_unavailable', message: 'the sign-in is away' }])
    expect(asked).toBe(2)
    expect(bench.client.state).toMatchObject({ kind: 'ended', reason: 'unauthorized' })
    bench.client.stop()
  })

  test('says which subscription was refused, and goes on with the others', async () => {
    const bench = new Bench()
    bench.up(here, new LogServer([next(0, 40)]).all())
    bench.client.subscribe('nowhere', { ...jinan, regions: ['123456'] })
    bench.client.subscribe('jinan', jinan)
    bench.client.start()
    await bench.pass(500)
    expect(bench.faults).toMatchObject([{ code: 'unknown_region', id: 'nowhere' }])
    expect(bench.client.state.kind).toBe('live')
    bench.client.stop()
  })

  test('ignores and counts messages of types that it does not know', async () => {
    const bench = new Bench()
    bench.up(here, new LogServer([]))
    bench.client.start()
    await bench.pass(500)
    bench.network.say(here, '{"type":"weather"}')
    expect(bench.client.ignored).toEqual({ unknown: 1, unreadable: 0 })
    expect(bench.client.state.kind).toBe('live')
    bench.client.stop()
  })

  test('that cannot read a message does not pretend that it missed nothing: it resumes from before it', async () => {
    const bench = new Bench({ urls: [here] })
    const server = bench.up(here, new LogServer([next(0, 40), next(1, 41)]))
    server.next()
    bench.client.subscribe('jinan', jinan)
    bench.client.start()
    await bench.pass(500)
    bench.network.say(here, '{"type":"delta","position":2,"sent_at":0,"cells":[{"kpi":1}]}')
    server.next()
    expect(bench.client.state.kind).toBe('stale')
    expect(bench.client.ignored).toEqual({ unknown: 0, unreadable: 1 })
    await bench.pass(2_000)
    expect(bench.faults).toMatchObject([{ code: 'unreadable_message' }])
    expect(bench.client.state.kind).toBe('live')
    expect(bench.snapshots().at(-1)).toMatchObject({ since: 1, position: 2 })
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(41)
    bench.client.stop()
  })
})

const selections = [
  { regions: ['370000'], depth: 'subtree', kpis: ['*'] },
  { regions: ['370100'], depth: 'children', kpis: ['parking.*', 'radio.*'] },
  { regions: ['370000', '370102'], depth: 'self', kpis: [occupancy, 'datacenter.it_load_kw'] },
] as const

type Step =
  | { readonly do: 'read' | 'restart' | 'kill' | 'cut'; readonly url: typeof here | typeof there }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'reset' }
  | { readonly do: 'subscribe' | 'unsubscribe'; readonly id: string; readonly selection: number }

const url = fc.constantFrom(here, there)
const script: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant('read' as const), url }) },
    // Six seconds are longer than a server lets somebody wait who has seen more than itself.
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.constantFrom(250, 250, 500, 500, 1_000, 6_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'kill' as const, 'cut' as const), url }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('subscribe' as const, 'subscribe' as const, 'unsubscribe' as const),
        id: fc.constantFrom('one', 'two'),
        selection: fc.nat(selections.length - 1),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'reset' }) },
  ),
  { minLength: 20, maxLength: 60, size: 'max' },
)

test('law: whatever breaks, a client ends with what its server holds, and never saw an older version after a newer one', async () => {
  await fc.assert(
    fc.asyncProperty(lives, lives, script, async (first, second, steps) => {
      const bench = new Bench()
      const { client } = bench
      let [log, logId] = [first, 'log-1']
      const start = (at: string, read: number): void => {
        const server = new LogServer(log, logId)
        while (server.read < Math.min(read, log.length)) server.next()
        bench.up(at, server)
      }
      const active = new Map<string, (typeof selections)[number]>([['one', selections[0]]])
      client.subscribe('one', selections[0])
      for (const at of [here, there]) start(at, 0)
      client.start()
      for (const step of steps) {
        switch (step.do) {
          case 'read':
            bench.servers.get(step.url)?.next()
            break
          case 'pass':
            await bench.pass(step.ms)
            break
          case 'restart':
            start(step.url, bench.servers.get(step.url)?.read ?? 0)
            break
          case 'kill':
            bench.down(step.url)
            break
          case 'cut':
            bench.network.cut(step.url)
            break
          case 'reset':
            log = second
            logId = 'log-2'
            for (const at of [here, there]) start(at, 0)
            break
          case 'subscribe':
            active.set(step.id, selections[step.selection]!)
            client.subscribe(step.id, selections[step.selection]!)
            break
          case 'unsubscribe':
            active.delete(step.id)
            client.unsubscribe(step.id)
            break
        }
      }
      for (const at of [here, there]) if (!bench.servers.has(at)) start(at, 0)
      for (const server of bench.servers.values()) server.all()
      await bench.pass(15_000)
      expect(client.state.kind).toBe('live')

      const { table } = bench.servers.get(here)!.stream
      const expected = new Map<string, Cell>()
      for (const selection of active.values()) {
        for (const [cell, isIn] of select(table.space, selection).entries()) {
          const json = isIn ? table.jsonOf(cell) : undefined
          if (json === undefined) continue
          const value: Cell = JSON.parse(json)
          expected.set(cellKey(value.kpi, value.region), value)
        }
      }
      const held = new Map([...client.cells()].map(cell => [cellKey(cell.kpi, cell.region), cell]))
      expect(held).toEqual(expected)
      expect(bench.mirror).toEqual(expected)
      const mayLose = steps.some(({ do: what }) => what === 'reset' || what.endsWith('subscribe'))
      if (!mayLose) expect(bench.gone).toEqual([])
      expect(bench.faults).toEqual([])
      client.stop()
    }),
    { numRuns: 40 },
  )
}, 60_000)

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cellKey } from '../../../api/client/stream-client.ts'
import { minute, noon, window } from '../cells/windows.ts'
import { Bench, here, LogServer, occupancy, there } from './bench.ts'

const jinan = { regions: ['370100'], depth: 'self', kpis: ['parking.*'] } as const

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

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

describe('a client that moves to a server which is behind', () => {
  const corrected = { ...next(0, 41), status: 'corrected', revision: 2, version: 120 } as const
  const log = [next(0, 40), corrected]

  /** It was told of the correction; the server that is left has not read it. */
  async function moved() {
    const bench = new Bench()
    bench.up(here, new LogServer(log).all())
    const behind = bench.up(there, new LogServer(log))
    behind.next()
    bench.client.subscribe('jinan', jinan)
    bench.client.start()
    await bench.pass(500)
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(41)
    bench.down(here)
    return { bench, behind }
  }

  test('and asks for a subscription anew is told nothing older, but waits', async () => {
    const { bench, behind } = await moved()
    bench.client.subscribe('jinan', jinan)
    await bench.pass(2_000)
    expect(bench.snapshots()).toHaveLength(1)
    behind.next()
    await bench.pass(250)
    expect(bench.snapshots().slice(1)).toMatchObject([{ id: 'jinan.1', position: 2 }])
    expect(bench.snapshots().at(-1)).not.toHaveProperty('reason')
    expect(bench.mirror.get(cellKey(occupancy, '370100'))?.value).toBe(41)
    bench.client.stop()
  })

  test('and stays behind is told so with what is older, and holds what it once had', async () => {
    const { bench } = await moved()
    bench.client.unsubscribe('jinan')
    expect([...bench.client.cells()]).toEqual([])
    bench.client.subscribe('jinan', jinan)
    await bench.pass(6_000)
    bench.client.subscribe('more', { ...jinan, depth: 'subtree' })
    await bench.pass(250)
    const [, again, more] = bench.snapshots()
    const older = expect.arrayContaining([expect.objectContaining({ kpi: occupancy, value: 40 })])
    expect([again, more]).toMatchObject([
      { id: 'jinan.1', reason: 'position_ahead', position: 1, cells: older },
      { id: 'more.1', reason: 'position_ahead', position: 1, cells: older },
    ])
    expect(bench.client.cell(occupancy, '370100')?.value).toBe(41)
    expect(bench.mirror.get(cellKey(occupancy, '370100'))?.value).toBe(41)
    bench.client.stop()
  })

  test('and ends a subscription knows which cells it has left as soon as the server knows', async () => {
    const { bench, behind } = await moved()
    bench.client.subscribe('counties', { ...jinan, regions: ['370102'], depth: 'subtree' })
    await bench.pass(6_000)
    bench.client.unsubscribe('jinan')
    await bench.pass(250)
    expect(bench.snapshots().at(-1)).toMatchObject({ reason: 'position_ahead', cells: [] })
    behind.next()
    await bench.pass(11_000)
    expect(bench.snapshots().at(-1)).toMatchObject({ position: 2, cells: [] })
    expect(bench.snapshots().at(-1)).not.toHaveProperty('reason')
    expect([...bench.client.cells()]).toEqual([])
    bench.client.stop()
  })
})

test('a client that no longer waits for anything is live', async () => {
  const bench = new Bench({ urls: [here] })
  bench.up(here, new LogServer([next(0, 40), next(1, 41)]).all())
  bench.client.subscribe('jinan', jinan)
  bench.client.start()
  await bench.pass(500)
  bench.up(here, new LogServer([next(0, 40), next(1, 41)]))
  await bench.pass(2_000)
  expect(bench.client.state.kind).toBe('stale')
  bench.client.unsubscribe('jinan')
  expect(bench.client.state.kind).toBe('live')
  bench.client.stop()
})

import { afterEach, describe, expect, test } from 'vitest'
import { type ConnectionState, cellKey, type Selection } from '../../../../api/client/stream-client.ts'
import type { RestClient } from '../../../../api/wallboard/protocol/rest-client.ts'
import { createWall, type StreamListener, type Wall } from '../../../../api/wallboard/state/wall.ts'
import type { Cell, ServerMessage } from '../../../../schemas/protocol/stream.ts'

const occupancy = cellKey('parking.occupancy_pct', '370100')
const cellOf = (window: number, value: number): Cell => ({
  kpi: 'parking.occupancy_pct',
  region: '370100',
  window_start: window * 10_000,
  window_end: (window + 1) * 10_000,
  value,
  status: 'provisional',
  revision: 0,
  version: window,
  coverage: 1,
  readings: 1,
  event_time_max: window * 10_000 + 5_000,
})
const live: ConnectionState = { kind: 'live', url: 'ws://here/v1/stream' }
const welcome: ServerMessage = {
  type: 'welcome',
  protocol: 1,
  position: 0,
  heartbeat_ms: 1_000,
  server_time: 5_000_000,
  clock_speed: 1,
}

/** A wall whose time, frames and server are in the test's hand. */
function bench(
  series: RestClient['series'] = async () => new Map(),
  regions: readonly string[] = ['370000'],
) {
  const asked: { readonly kpi: string; readonly regions: readonly string[] }[] = []
  let now = 0
  let queue: { readonly at: number; readonly act: () => void }[] = []
  const later = (ms: number, act: () => void): void => void queue.push({ at: now + ms, act })
  const subscribed: Selection[] = []
  const repeated: { readonly ms: number; readonly act: () => void }[] = []
  let hears: StreamListener | undefined
  const wall = createWall({
    regions,
    now: () => now,
    random: () => 0,
    onFrame: act => later(0, act),
    after: later,
    every: (ms, act) => {
      repeated.push({ ms, act })
      return () => undefined
    },
    rest: {
      series(kpi, regions, from, to) {
        asked.push({ kpi, regions })
        return series(kpi, regions, from, to)
      },
      silentAssets: async () => ({ refused: 'absent', why: 'none here' }),
      dataHealth: async () => ({ refused: 'absent', why: 'none here' }),
    },
    connect(listener) {
      hears = listener
      return {
        start: () => undefined,
        stop: () => undefined,
        subscribe: (_id, selection) => void subscribed.push(selection),
      }
    },
  })
  return {
    wall,
    asked,
    subscribed,
    hear: (message: ServerMessage) => hears?.onMessage(message),
    take: (changed: readonly Cell[], gone: readonly Cell[] = []) => hears?.onCells(changed, gone),
    turn: (state: ConnectionState) => hears?.onState(state),
    /** What the wall does more often than once a second. */
    look() {
      for (const { ms, act } of repeated) if (ms < 1_000) act()
    },
    fail: (code: string) => hears?.onError({ code, message: '' }),
    /** Lets time pass; what is due then happens, and so do answers of the server. */
    async pass(ms: number) {
      now += ms
      for (;;) {
        const due = queue.filter(({ at }) => at <= now)
        queue = queue.filter(({ at }) => at > now)
        for (const { act } of due) act()
        await Promise.resolve()
        await Promise.resolve()
        if (due.length === 0) return
      }
    },
  }
}

let wall: Wall | undefined
afterEach(() => wall?.stop())

describe('the wall', () => {
  test('the first value shows at once, changes at most once a second', async () => {
    const { wall, subscribed, take, pass } = bench()
    expect(subscribed).toEqual([{ regions: ['370000'], depth: 'subtree', kpis: ['*'], alerts: true }])
    const shown = wall.data.watchCell(occupancy)
    take([cellOf(1, 50)])
    await pass(16)
    expect(shown.value?.cell.value).toBe(50)
    take([cellOf(1, 51)])
    take([cellOf(1, 52)])
    await pass(400)
    expect(shown.value?.cell.value).toBe(50)
    await pass(600)
    expect(shown.value?.cell.value).toBe(52)
  })

  test('says between two seconds that nothing comes any more, and nothing else', async () => {
    const { wall, hear, look, pass, take, turn } = bench()
    wall.start()
    turn(live)
    hear(welcome)
    hear({ type: 'snapshot', id: 'wall', position: 1, cells: [cellOf(1, 50)], alerts: [] })
    take([cellOf(1, 50)])
    const before = wall.pulse.value
    await pass(1_900)
    look()
    expect(wall.pulse.value).toBe(before)
    await pass(200)
    look()
    expect(wall.pulse.value.silentForMs).toBe(2_100)
  })

  test('of a city asks for what its token names and for nothing else', async () => {
    const { wall, asked, subscribed, hear, pass } = bench(undefined, ['370100'])
    expect(subscribed).toEqual([{ regions: ['370100'], depth: 'subtree', kpis: ['*'], alerts: true }])
    expect(wall.home).toBe('370100')
    expect(wall.places.map(({ code }) => code)).toEqual(['370100'])
    expect(['370000', 'circle-shenghui', '370200', '370102'].map(wall.sees)).toEqual([
      false,
      false,
      false,
      true,
    ])
    hear(welcome)
    wall.data.watchSeries(cellKey('parking.occupancy_pct', '370000'))
    wall.data.watchSeries(cellKey('parking.occupancy_pct', '370102'))
    await pass(10)
    expect(asked).toEqual([{ kpi: 'parking.occupancy_pct', regions: ['370102'] }])
  })

  test('history is asked for once per KPI when the server’s time is known, then grows with the stream', async () => {
    const point = { ...cellOf(1, 40), status: 'final', revision: 1 } as const
    const { wall, asked, hear, take, turn, pass } = bench(
      async (_kpi, regions) => new Map(regions.map(code => [code, [point]])),
    )
    const line = wall.data.watchSeries(occupancy)
    wall.data.watchSeries(cellKey('parking.occupancy_pct', '370200'))
    await pass(10)
    expect(asked).toEqual([])
    hear(welcome)
    turn(live)
    await pass(10)
    expect(asked).toEqual([{ kpi: 'parking.occupancy_pct', regions: ['370100', '370200'] }])
    take([cellOf(2, 41)])
    await pass(1_000)
    expect(line.value.map(({ value }) => value)).toEqual([40, 41])
  })

  test('a request that fails is counted and made again', async () => {
    let fail = true
    const { wall, asked, hear, pass } = bench(async () =>
      fail ? { refused: 'failed', why: '503' } : new Map([['370100', [cellOf(1, 40)]]]),
    )
    hear(welcome)
    const line = wall.data.watchSeries(occupancy)
    await pass(0)
    expect(wall.problems.value.refused).toBe(1)
    fail = false
    await pass(5_000)
    await pass(1_000)
    expect(asked).toHaveLength(2)
    expect(line.value).toHaveLength(1)
  })

  test('of a server that is lost nothing is asked until it is back', async () => {
    const { wall, asked, hear, turn, pass } = bench()
    hear(welcome)
    turn(live)
    wall.data.watchSeries(occupancy)
    await pass(0)
    turn({ kind: 'stale', since: 0 })
    wall.data.watchSeries(cellKey('parking.occupancy_pct', '370200'))
    await pass(10_000)
    expect(asked).toHaveLength(1)
    turn(live)
    await pass(0)
    expect(asked.at(-1)?.regions).toEqual(['370100', '370200'])
  })

  test('what goes wrong on the stream is counted', () => {
    const { wall, fail } = bench()
    fail('unknown_region')
    fail('unreadable_message')
    expect(wall.problems.value).toEqual({ unreadable: 1, refused: 0, streamErrors: 1 })
  })

  test('a cell that is no longer there is not shown any more', async () => {
    const { wall, take, pass } = bench()
    const shown = wall.data.watchCell(occupancy)
    take([cellOf(1, 50)])
    await pass(16)
    take([], [cellOf(1, 50)])
    await pass(1_000)
    expect(shown.value).toBeUndefined()
  })

  test('the pulse tells at once how the stream is, and the server’s time', async () => {
    const { wall, hear, turn, pass } = bench()
    hear(welcome)
    expect(wall.pulse.value).toMatchObject({ connection: { kind: 'connecting' }, loaded: false })
    turn(live)
    expect(wall.pulse.value).toMatchObject({
      connection: live,
      lostForMs: null,
      now: 5_000_000,
      loaded: true,
    })
    await pass(3_000)
    turn({ kind: 'stale', since: 1_000 })
    expect(wall.pulse.value).toMatchObject({ lostForMs: 2_000, now: 5_003_000, loaded: true })
  })
})

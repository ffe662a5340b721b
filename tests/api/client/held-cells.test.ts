import { describe, expect, test } from 'vitest'
import { HeldCells } from '../../../api/client/held-cells.ts'
import { mayHold, type Subscription } from '../../../api/client/subscriptions.ts'
import type { Cell, Delta, Snapshot } from '../../../schemas/protocol/stream.ts'

const kpi = 'parking.occupancy_pct'
const cell = (over: Partial<Cell> = {}): Cell => ({
  kpi,
  region: '370102',
  window_start: 0,
  window_end: 60_000,
  value: 60,
  status: 'provisional',
  revision: 0,
  version: 10,
  coverage: 1,
  readings: 4,
  event_time_max: 59_000,
  ...over,
})
const later = { window_start: 60_000, window_end: 120_000 } as const
const snapshot = (position: number, cells: readonly Cell[], over: Partial<Snapshot> = {}): Snapshot => ({
  type: 'snapshot',
  id: 'one',
  position,
  cells,
  alerts: [],
  ...over,
})
const delta = (position: number, ...cells: readonly Cell[]): Delta => ({
  type: 'delta',
  position,
  sent_at: 0,
  cells,
})
const subscription = (wireId: string, regions: readonly string[]): Subscription => ({
  id: wireId,
  wireId,
  selection: { regions, depth: 'self', kpis: ['parking.*'] },
  heldTo: 0,
  answer: 'given',
  isUnsure: false,
})

describe('of one window', () => {
  test.each([
    ['an older version', { version: 9 }, false],
    ['the same again', {}, false],
    ['a newer version', { version: 11 }, true],
    ['the final one of the same version', { revision: 1, status: 'final' }, true],
  ] as const)('%s: %o is news: %s', (_what, over, isNews) => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(5, [cell()]))
    const next = cell({ ...over, value: 61 })
    expect(held.takeDelta(delta(6, next), []).changed).toEqual(isNews ? [next] : [])
    expect(held.get(kpi, '370102')?.value).toBe(isNews ? 61 : 60)
  })
})

describe('of two windows', () => {
  test('the one that the server names holds, even the older one', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(5, [cell(later)]))
    held.takeDelta(delta(6, cell()), [])
    expect(held.get(kpi, '370102')?.window_start).toBe(0)
  })

  test('the newer one holds, when the server has read less than the one before', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(5, [cell()]))
    held.takeDelta(delta(9, cell(later)), [])
    expect(held.takeSnapshot(snapshot(7, [cell()], { reason: 'position_ahead' })).changed).toEqual([])
    expect(held.get(kpi, '370102')?.window_start).toBe(60_000)
    held.takeDelta(delta(8, cell({ window_start: 120_000 })), [])
    expect(held.get(kpi, '370102')?.window_start).toBe(120_000)
  })
})

describe('a server that has read less than another one', () => {
  const [first, second] = [cell({ version: 10 }), cell({ version: 11 })]

  test('does not bring back an older version of what was let go of', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(9, [second]))
    held.drop('one')
    expect(held.get(kpi, '370102')).toBeUndefined()
    const again = snapshot(7, [first], { id: 'two', reason: 'position_ahead' })
    expect(held.takeSnapshot(again)).toEqual({ changed: [second], gone: [] })
    expect(held.get(kpi, '370102')).toEqual(second)
  })

  test('does not bring it back by way of a window in between either', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(9, [second]))
    const filled = cell(later)
    expect(held.takeDelta(delta(7, filled), []).changed).toEqual([filled])
    // Its coverage fell: the window before is the current one again, and the server has not read the newest of it.
    expect(held.takeDelta(delta(8, first), []).changed).toEqual([])
    expect(held.takeDelta(delta(9, second), []).changed).toEqual([second])
  })

  test('may be right about what was held of another log', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(9, [second]))
    held.drop('one')
    held.ofOtherLog()
    expect(held.takeSnapshot(snapshot(1, [first])).changed).toEqual([first])
  })
})

describe('a delta that was on its way', () => {
  test('when its subscription ended is not held', () => {
    const held = new HeldCells()
    const left = subscription('two', ['370103'])
    held.takeSnapshot(snapshot(5, [cell()]))
    held.takeSnapshot(snapshot(5, [], { id: 'two' }))
    held.drop('one')
    expect(held.takeDelta(delta(6, cell({ version: 11 })), [left]).changed).toEqual([])
    expect(held.size).toBe(0)
  })

  test('of a log of which there was no snapshot yet is not mixed with what is held of another one', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(5, [cell()]))
    held.ofOtherLog()
    expect(
      held.takeDelta(delta(6, cell({ version: 11 })), [subscription('one', ['370102'])]).changed,
    ).toEqual([])
    expect(held.takeSnapshot(snapshot(6, [cell({ version: 9 })])).changed).toEqual([cell({ version: 9 })])
  })
})

describe('a snapshot', () => {
  const two = [cell(), cell({ region: '370103' })]

  test('with since adds to what is held, one without replaces it', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(5, two))
    const changed = cell({ version: 11 })
    expect(held.takeSnapshot(snapshot(6, [changed], { since: 5 }))).toEqual({ changed: [changed], gone: [] })
    expect(held.size).toBe(2)
    expect(held.takeSnapshot(snapshot(7, [changed]))).toEqual({ changed: [], gone: [two[1]] })
    expect(held.size).toBe(1)
  })

  test('does not speak of cells that came after it', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(9, two))
    expect(held.takeSnapshot(snapshot(7, [], { reason: 'position_ahead' })).gone).toEqual([])
    expect(held.takeSnapshot(snapshot(10, [])).gone).toEqual(two)
  })

  test('of another log replaces everything, whatever the versions', () => {
    const held = new HeldCells()
    held.takeSnapshot(snapshot(900, two))
    held.ofOtherLog()
    expect(held.size).toBe(2)
    const first = cell({ version: 1, value: 5 })
    expect(held.takeSnapshot(snapshot(3, [first]))).toEqual({ changed: [first], gone: [two[1]] })
  })
})

test('the cells of a subscription that ends go, but for those that another one has', () => {
  const held = new HeldCells()
  const both = [subscription('one', ['370102', '370103']), subscription('two', ['370103'])]
  held.takeSnapshot(snapshot(5, [cell()]))
  held.takeSnapshot(snapshot(5, [], { id: 'two' }))
  held.takeDelta(delta(6, cell({ region: '370103' })), both)
  expect(held.drop('one').gone.map(({ region }) => region)).toEqual(['370102'])
  expect(held.drop('two').gone.map(({ region }) => region)).toEqual(['370103'])
})

test('a cell that one subscription has is counted to another one that has it for sure', () => {
  const held = new HeldCells()
  const both = [subscription('one', ['370102']), subscription('two', ['370102'])]
  held.takeSnapshot(snapshot(5, [cell()]))
  // Of a server that has not read of it yet.
  held.takeSnapshot(snapshot(4, [], { id: 'two', reason: 'position_ahead' }))
  held.takeDelta(delta(5, cell()), both)
  expect(held.drop('one').gone).toEqual([])
})

test('a subscription has its cells under another name too', () => {
  const held = new HeldCells()
  held.takeSnapshot(snapshot(5, [cell()]))
  held.rename('one', 'one.1')
  expect(held.drop('one').gone).toEqual([])
  expect(held.drop('one.1').gone).toEqual([cell()])
})

test('what a cell may belong to: with a depth, any region below is the server’s to say', () => {
  const self = { regions: ['370100'], depth: 'self', kpis: ['parking.*', 'radio.availability_pct'] } as const
  expect(mayHold(self, { kpi, region: '370100' })).toBe(true)
  expect(mayHold(self, { kpi, region: '370102' })).toBe(false)
  expect(mayHold({ ...self, depth: 'subtree' }, { kpi, region: '370102' })).toBe(true)
  expect(mayHold(self, { kpi: 'radio.availability_pct', region: '370100' })).toBe(true)
  expect(mayHold(self, { kpi: 'radio.traffic_dl_gbit', region: '370100' })).toBe(false)
})

import { describe, expect, test } from 'vitest'
import { nextSlice, PendingCorrections } from '../../../processors/correct/pending-corrections.ts'
import { type LateNotice, noticeOfEveryWindow } from '../../../processors/windows/partial.ts'

const limits = { settleMs: 2_000, longestWaitMs: 15_000 }
const notice = (change: Partial<LateNotice> = {}): LateNotice => ({
  record: 'rack',
  county: '370102',
  window_start: 60_000,
  window_ms: 60_000,
  partition: 1,
  from_offset: 10,
  through_offset: 11,
  readings: 1,
  noticed_by: 'aggregate',
  ...change,
})

describe('a window that readings came late for', () => {
  test('is one correction, however many notices there are', () => {
    const pending = new PendingCorrections(limits)
    for (let i = 0; i < 1_000; i++) {
      pending.accept(0, i, 'rack', notice({ through_offset: 11 + i, county: i % 2 ? '370102' : '370103' }), 0)
    }
    const [window, ...others] = pending.take(2_000, 10)
    expect(others).toEqual([])
    expect(window?.counties).toEqual(new Set(['370102', '370103']))
    expect(window?.through).toEqual(new Map([[1, 1_010]]))
  })

  test('waits until no notice comes any more, but not for ever', () => {
    const pending = new PendingCorrections(limits)
    for (let second = 0; second < 15; second++) {
      pending.accept(0, second, 'rack', notice(), second * 1_000)
      expect(pending.take(second * 1_000 + 999, 10)).toEqual([])
    }
    expect(pending.take(15_000, 10)).toHaveLength(1)
  })

  test('is not taken twice at a time; what comes meanwhile is another correction', () => {
    const pending = new PendingCorrections(limits)
    pending.accept(0, 0, 'rack', notice(), 0)
    const [window] = pending.take(2_000, 10)
    pending.accept(0, 1, 'rack', notice({ through_offset: 99 }), 2_000)
    expect(pending.take(9_000, 10)).toEqual([])
    pending.done(window!)
    expect(pending.take(9_000, 10)[0]?.through).toEqual(new Map([[1, 99]]))
  })

  test('that cannot be computed yet comes again later, with what came meanwhile', () => {
    const pending = new PendingCorrections(limits)
    pending.accept(0, 0, 'rack', notice(), 0)
    const [window] = pending.take(20_000, 10)
    pending.accept(0, 1, 'rack', notice({ county: '370202', through_offset: 5 }), 20_000)
    pending.putBack(window!, 20_000)
    expect(pending.take(21_999, 10), 'others get their turn').toEqual([])
    const [again] = pending.take(22_000, 10)
    expect(again?.counties).toEqual(new Set(['370102', '370202']))
    expect(again?.through).toEqual(new Map([[1, 11]]))
  })
})

describe('a window of which the registry expects something else', () => {
  test('is computed once, as a late one where a reading came late for it too, and keeps nothing from being committed', () => {
    const pending = new PendingCorrections(limits)
    pending.reexpect('rack', 60_000, 60_000, 0)
    pending.reexpect('rack', 60_000, 60_000, 100)
    pending.reexpect('rack', 180_000, 60_000, 100)
    pending.accept(0, 7, 'rack', notice({ window_start: 120_000 }), 200)
    pending.reexpect('rack', 120_000, 60_000, 300)
    expect(pending.committable()).toEqual(new Map([[0, 7]]))
    const taken = pending.take(5_000, 10)
    expect(taken.map(({ windowStart, reason }) => [windowStart, reason])).toEqual([
      [60_000, 'registry'],
      [180_000, 'registry'],
      [120_000, 'late'],
    ])
    pending.accept(0, 8, 'rack', notice(), 5_000)
    pending.putBack(taken[0]!, 5_000)
    expect(pending.take(9_000, 10)[0]).toMatchObject({ windowStart: 60_000, reason: 'late' })
  })

  test('is known by where the first of them begins, as long as no notice stands for it', () => {
    const pending = new PendingCorrections(limits)
    pending.reexpect('rack', 180_000, 60_000, 0)
    pending.reexpect('rack', 120_000, 60_000, 0)
    pending.accept(0, 7, 'rack', notice(), 0)
    pending.reexpect('rack', 60_000, 60_000, 0)
    expect(pending.reexpected()).toEqual(new Map([['rack', 120_000]]))
    for (const window of pending.take(5_000, 10)) pending.done(window)
    expect(pending.reexpected()).toEqual(new Map())
  })
})

describe('what may be committed', () => {
  test('lies below the oldest notice that is not done', () => {
    const pending = new PendingCorrections(limits)
    pending.accept(0, 5, 'rack', notice(), 0)
    pending.accept(0, 6, 'rack', notice({ window_start: 120_000 }), 1)
    pending.skip(0, 7)
    pending.accept(3, 2, 'rack', notice({ window_start: 180_000 }), 2)
    const [first, second, third] = pending.take(10_000, 10)
    expect(pending.committable()).toEqual(new Map([[0, 5], [3, 2]])) // biome-ignore format: pairs
    pending.done(second!)
    expect(pending.committable().get(0), 'the older one is not done').toBe(5)
    pending.done(first!)
    expect(pending.committable().get(0)).toBe(8)
    pending.putBack(third!, 10_000)
    expect(pending.committable().get(3), 'put back is not done').toBe(2)
  })
})

describe('a notice of every window', () => {
  const every = ({ partition = 1, through = 500 } = {}) =>
    noticeOfEveryWindow('rack', 60_000, { partition, from: 0, through })
  const found = (...starts: number[]) => starts.map(windowStart => ({ windowStart, counties: ['370102'] }))

  test('stands for no window, and is one for all partitions that were lost', () => {
    const pending = new PendingCorrections(limits)
    pending.accept(0, 3, 'rack', every(), 0)
    pending.accept(0, 4, 'rack', every({ partition: 2, through: 700 }), 0)
    const [taken, ...others] = pending.take(2_000, 10)
    expect(others).toEqual([])
    expect(taken?.every?.from).toBe(Number.NEGATIVE_INFINITY)
    expect(taken?.through).toEqual(new Map([[1, 500], [2, 700]])) // biome-ignore format: pairs
  })

  test('gives way to its windows part by part, and is done when the last of them is', () => {
    const pending = new PendingCorrections(limits)
    pending.accept(0, 3, 'rack', every(), 0)
    pending.skip(0, 9)
    pending.spread(
      pending.take(2_000, 10)[0]!,
      found(60_000, 120_000),
      { from: 180_000, windows: 500 },
      2_000,
    )
    const [first, second, ...rest] = pending.take(4_000, 10)
    const [again] = [first, second, ...rest].filter(window => window?.every !== undefined)
    expect(again?.every?.from, 'goes on where it stopped').toBe(180_000)
    const named = [first!, second!, ...rest].filter(({ every: slice }) => slice === undefined)
    expect(named.map(({ windowStart, reason }) => [windowStart, reason])).toEqual([
      [60_000, 'restored'],
      [120_000, 'restored'],
    ])
    expect(named[0]?.through, 'waits for what the notice waits for').toEqual(new Map([[1, 500]]))
    pending.spread(again!, found(240_000), undefined, 4_000)
    for (const window of named) pending.done(window)
    expect(pending.committable().get(0), 'a window of the last part is not done').toBe(3)
    pending.done(pending.take(9_000, 10)[0]!)
    expect(pending.size).toBe(0)
    expect(pending.committable().get(0)).toBe(10)
  })

  test('joins what a window waits for already, which keeps its own notice', () => {
    const pending = new PendingCorrections(limits)
    pending.accept(0, 3, 'rack', every(), 0)
    pending.accept(2, 8, 'rack', notice({ window_start: 60_000, through_offset: 600 }), 0)
    const [taken] = pending.take(2_000, 10).filter(({ every: slice }) => slice !== undefined)
    pending.spread(taken!, found(60_000), undefined, 2_000)
    expect(pending.committable()).toEqual(new Map([[0, 3], [2, 8]])) // biome-ignore format: pairs
  })

  test('looks at more at once where little is found, so that years of rare events are soon looked at', () => {
    let slice = { from: 0, windows: 500 }
    for (let step = 0; step < 8; step++) slice = nextSlice(slice, slice.from + slice.windows, 3)
    expect(slice.from).toBeGreaterThan((365 * 86_400) / 10)
    expect(nextSlice(slice, 0, 400).windows).toBe(500)
  })
})

import { describe, expect, test } from 'vitest'
import { PendingCorrections } from '../../../processors/correct/pending-corrections.ts'
import type { LateNotice } from '../../../processors/windows/partial.ts'

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

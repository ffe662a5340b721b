import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Arrivals,
  type Batch,
  CensusAgenda,
  type KnownWindows,
} from '../../../processors/census/census-agenda.ts'
import type { Below } from '../../../schemas/clickhouse/census/census-sources.ts'

const minute = 60_000
const options = { sizeMs: minute, windowsKept: 10, settleMs: 5_000, windowsAtOnce: 3 }
const never: KnownWindows = { ever: null, windows: new Map() }

/** What includes so much of partition 0. */
const includes = (offset: number): Below => new Map([['radio_alarm', new Map([[0, offset]])]])

/** Windows by number, each with what it includes. */
function known(windows: Readonly<Record<number, number>>): KnownWindows {
  const starts = Object.keys(windows).map(index => Number(index) * minute)
  return {
    ever: { first: Math.min(...starts), last: Math.max(...starts) },
    windows: new Map(
      Object.entries(windows).map(([index, offset]) => [Number(index) * minute, includes(offset)]),
    ),
  }
}

function arrival(window: number, lastOffset: number, messages = 1): Arrivals {
  return { record: 'radio_alarm', partition: 0, windowStart: window * minute, lastOffset, messages }
}

/** Numbers of the windows of a batch. */
const numbers = (batch: Batch | null): readonly number[] =>
  batch?.windows.map(({ start }) => start / minute) ?? []

/** Computes until nothing is left; the windows in the order in which they were computed, by batch. */
function drain(agenda: CensusAgenda, now: number, offset = 100): readonly (readonly number[])[] {
  const batches: (readonly number[])[] = []
  const next = () => agenda.newest ?? agenda.older(now)
  for (let batch = next(); batch; batch = next()) {
    batches.push(numbers(batch))
    agenda.done(batch.windows, includes(offset))
  }
  return batches
}

describe('windows that have ended', () => {
  it('begin, the first time ever, with the newest one', () => {
    for (const now of [10 * minute, 10 * minute + 1, 11 * minute - 1]) {
      const agenda = new CensusAgenda(options, never, now)
      expect(agenda.due(now)).toBe(10 * minute)
      agenda.open(10 * minute)
      expect(drain(agenda, now)).toEqual([[9]])
      expect(agenda.due(now)).toBeNull()
      expect(agenda.nextDue).toBe(11 * minute)
    }
  })

  it('are each computed once, whenever it looks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3 * minute), { minLength: 1 }), steps => {
        let now = 10 * minute
        const agenda = new CensusAgenda(options, never, now)
        const computed: number[] = []
        for (const step of steps) {
          now += step
          const due = agenda.due(now)
          if (due !== null) agenda.open(due)
          computed.push(...drain(agenda, now).flat())
        }
        const newest = Math.floor(now / minute) - 1
        const all = Array.from({ length: newest - 8 }, (_, i) => 9 + i)
        expect(computed.toSorted((left, right) => left - right)).toEqual(all)
      }),
    )
  })

  it('after a pause are all made up for, the newest one first and by itself, then the oldest', () => {
    const now = 9 * minute
    const agenda = new CensusAgenda(options, known({ 1: 0, 2: 0, 4: 0 }), now)
    expect(agenda.open(agenda.due(now)!)).toBe(0)
    // The fourth window is between others, and computed again with them.
    expect(drain(agenda, now)).toEqual([[8], [3, 4, 5], [6, 7]])
  })

  it('are left out, and counted, where that is too long ago', () => {
    const now = 40 * minute
    const agenda = new CensusAgenda(options, known({ 25: 0 }), now)
    expect(agenda.open(40 * minute)).toBe(4)
    expect(drain(agenda, now).flat().toSorted()).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39])
  })

  it('are left out too where all that is stored is too long ago to be known', () => {
    const ever = { first: 3 * minute, last: 20 * minute }
    const agenda = new CensusAgenda(options, { ever, windows: new Map() }, 40 * minute)
    expect(agenda.open(40 * minute)).toBe(9)
  })

  it('wait for their turn where only those up to a window are asked for', () => {
    const agenda = new CensusAgenda(options, known({ 1: 0, 4: 0 }), 9 * minute)
    agenda.open(9 * minute)
    expect(numbers(agenda.older(0))).toEqual([2, 3])
    agenda.done(agenda.older(0)!.windows, includes(0))
    expect(numbers(agenda.older(0, 6 * minute))).toEqual([5, 6])
    expect(agenda.older(0, 4 * minute)).toBeNull()
  })

  it('of two years are not computed together', () => {
    const newYear = Date.UTC(2025, 11, 31, 16) / minute
    const windows = { [newYear - 3]: 0 }
    const agenda = new CensusAgenda(options, known(windows), (newYear + 3) * minute)
    agenda.open((newYear + 3) * minute)
    const batches = drain(agenda, 0).map(batch => batch.map(index => index - newYear))
    // The window that ends with the year belongs to the old one.
    expect(batches).toEqual([[2], [-2, -1], [0, 1]])
  })
})

describe('what arrives late', () => {
  const now = 9 * minute

  it('makes the windows from its own one on due again, but for those that include it', () => {
    const agenda = new CensusAgenda(options, known({ 3: 10, 4: 10, 5: 10, 6: 20, 7: 10 }), now)
    expect(agenda.notice([arrival(4, 15)], 0)).toEqual({ late: 1, tooLate: 0 })
    expect(agenda.waiting.late).toBe(3)
    expect(drain(agenda, options.settleMs)).toEqual([[4, 5], [7]])
  })

  it('is what stands in the log at or above what the window includes', () => {
    const agenda = new CensusAgenda(options, known({ 5: 10 }), now)
    expect(agenda.notice([arrival(5, 9)], 0)).toEqual({ late: 0, tooLate: 0 })
    expect(agenda.notice([arrival(5, 10)], 0)).toEqual({ late: 1, tooLate: 0 })
  })

  it('of a window not computed yet is not late', () => {
    const agenda = new CensusAgenda(options, known({ 5: 10 }), now)
    expect(agenda.notice([arrival(6, 50)], 0)).toEqual({ late: 0, tooLate: 0 })
    expect(agenda.waiting.late).toBe(0)
  })

  it('of another partition or record is late too where the window knows nothing of it', () => {
    const agenda = new CensusAgenda(options, known({ 5: 10 }), now)
    expect(agenda.notice([{ ...arrival(5, 0), partition: 7 }], 0).late).toBe(1)
    expect(agenda.notice([{ ...arrival(5, 0), record: 'grid_defect' }], 0).late).toBe(1)
  })

  it('is gathered, from the first one on, before anything is computed again', () => {
    const agenda = new CensusAgenda(options, known({ 4: 0, 5: 0, 6: 0 }), now)
    agenda.notice([arrival(6, 1)], 1_000)
    agenda.notice([arrival(5, 2)], 5_000)
    expect(agenda.older(5_999)).toBeNull()
    expect(numbers(agenda.older(6_000))).toEqual([5, 6])
  })

  it('while windows are computed again waits for the next round, so that all get their turn', () => {
    const agenda = new CensusAgenda(options, known({ 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0 }), now)
    agenda.notice([arrival(1, 5)], 0)
    const first = agenda.older(10_000)!
    expect(numbers(first)).toEqual([1, 2, 3])
    agenda.done(first.windows, includes(6))
    agenda.notice([arrival(1, 7)], 10_000)
    const second = agenda.older(90_000)!
    expect(numbers(second)).toEqual([4, 5, 6])
    agenda.done(second.windows, includes(8))
    expect(numbers(agenda.older(90_000))).toEqual([1, 2, 3])
  })

  it('does not come before the newest window', () => {
    const agenda = new CensusAgenda(options, known({ 7: 0 }), now)
    agenda.notice([arrival(7, 5)], 0)
    agenda.open(9 * minute)
    expect(drain(agenda, 10_000)).toEqual([[8], [7]])
  })

  it('is counted where the windows it belongs to are not computed again', () => {
    const windows = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [i, 0]))
    const agenda = new CensusAgenda(options, known(windows), 30 * minute)
    agenda.open(30 * minute)
    expect(agenda.oldest).toBe(20 * minute)
    expect(agenda.notice([arrival(19, 5, 4), arrival(20, 6, 3)], 0)).toEqual({ late: 7, tooLate: 4 })
    expect(drain(agenda, 10_000).flat().toSorted()).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
  })

  it('is not too late where the census was never taken before', () => {
    const agenda = new CensusAgenda(options, known({ 25: 0 }), 26 * minute)
    expect(agenda.notice([arrival(15, 5)], 0)).toEqual({ late: 1, tooLate: 0 })
  })
})

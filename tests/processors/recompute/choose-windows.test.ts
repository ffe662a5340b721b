import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chooseWindows, grainOf, type WindowSpan } from '../../../processors/recompute/choose-windows.ts'

const minute = 60_000
const span = (start: number, sizeMs = minute): WindowSpan => ({ start, sizeMs })

it('takes stored windows that start in the range, each with its own size', () => {
  const stored = [span(0, 10 * minute), span(10 * minute), span(11 * minute), span(12 * minute)]
  const chosen = chooseWindows({
    stored,
    grains: [],
    sizeMs: minute,
    fromMs: 5 * minute,
    toMs: 12 * minute,
  })
  expect(chosen).toEqual({ windows: [span(10 * minute), span(11 * minute)], overlapping: [] })
})

it('adds windows of readings that no stored window holds, in the size for those', () => {
  const chosen = chooseWindows({
    stored: [span(0), span(3 * minute)],
    grains: [0, 10_000, minute + 50_000, 3 * minute],
    sizeMs: minute,
    fromMs: 0,
    toMs: 10 * minute,
  })
  expect(chosen.windows).toEqual([span(0), span(minute), span(3 * minute)])
})

it('leaves out, and names, what would count readings of stored windows twice', () => {
  const chosen = chooseWindows({
    stored: [span(0), span(minute)],
    grains: [0, 3 * minute],
    sizeMs: 5 * minute,
    fromMs: 0,
    toMs: 10 * minute,
  })
  expect(chosen).toEqual({ windows: [span(0), span(minute)], overlapping: [0] })
})

it('knows that readings lie in a stored window that began before the range', () => {
  const chosen = chooseWindows({
    stored: [span(0, 10 * minute)],
    grains: [5 * minute, 9 * minute, 10 * minute],
    sizeMs: minute,
    fromMs: 5 * minute,
    toMs: 20 * minute,
  })
  expect(chosen).toEqual({ windows: [span(10 * minute)], overlapping: [] })
})

it('covers every reading of the range once', () => {
  const sizes = fc.constantFrom(10_000, 20_000, minute, 5 * minute)
  // The size of windows changed once; some windows are not stored.
  const history = fc.record({
    before: sizes,
    after: sizes,
    changedAt: fc.integer({ min: 0, max: 12 }),
    dropped: fc.func(fc.boolean()),
    sizeMs: sizes,
    grains: fc.uniqueArray(fc.integer({ min: 0, max: 360 }), { maxLength: 40 }),
  })
  fc.assert(
    fc.property(history, ({ before, after, changedAt, dropped, sizeMs, grains: numbers }) => {
      const change = changedAt * 5 * minute
      const all = [
        ...Array.from({ length: change / before }, (_, i) => span(i * before, before)),
        ...Array.from({ length: (60 * minute - change) / after }, (_, i) => span(change + i * after, after)),
      ]
      const stored = all.filter(window => !dropped(window.start))
      const grainMs = grainOf([sizeMs, before, after])
      const grains = numbers.map(number => number * grainMs)
      const toMs = 60 * minute
      const { windows, overlapping } = chooseWindows({ stored, grains, sizeMs, fromMs: 0, toMs })
      windows.forEach((window, i) => {
        expect(window.start).toBeGreaterThanOrEqual(
          i === 0 ? 0 : windows[i - 1]!.start + windows[i - 1]!.sizeMs,
        )
      })
      for (const grain of grains.filter(start => start < toMs)) {
        const held = windows.filter(({ start, sizeMs: size }) => grain >= start && grain < start + size)
        const leftOut = overlapping.some(start => grain >= start && grain < start + sizeMs)
        expect(held.length === 1 || (held.length === 0 && leftOut)).toBe(true)
      }
    }),
  )
})

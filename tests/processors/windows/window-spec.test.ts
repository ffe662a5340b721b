import { describe, expect, test } from 'vitest'
import {
  closedThrough,
  defaultWindows,
  namedSizes,
  nextClose,
  parseWindows,
  windowStart,
} from '../../../processors/windows/window-spec.ts'

const spec = { sizeMs: 60_000, latenessMs: 30_000 }

describe('windows', () => {
  test('are half-open', () => {
    expect(windowStart(59_999, 60_000)).toBe(0)
    expect(windowStart(60_000, 60_000)).toBe(60_000)
    expect(windowStart(-1, 60_000)).toBe(-60_000)
  })

  test('close when the watermark reaches end + lateness, not before', () => {
    expect(closedThrough(89_999, spec)).toBe(-60_000)
    expect(closedThrough(90_000, spec)).toBe(0)
    expect(nextClose(-60_000, spec)).toBe(90_000)
  })
})

describe('WINDOWS', () => {
  test('names sizes of some record types, and says nothing of the others', () => {
    expect(namedSizes('rack=1m/30s, parking=500ms/0s')).toEqual({ rack: 60_000, parking: 500 })
    expect(namedSizes('')).toEqual({})
  })

  test('overrides the records it names', () => {
    expect(parseWindows('rack=10s/5s, radio_pm=5m/15m')).toEqual({
      ...defaultWindows,
      rack: { sizeMs: 10_000, latenessMs: 5_000 },
      radio_pm: { sizeMs: 300_000, latenessMs: 900_000 },
    })
    expect(parseWindows('rack=1min/0s').rack).toEqual({ sizeMs: 60_000, latenessMs: 0 })
  })

  test('names every mistake at once', () => {
    expect(() => parseWindows('racks=1m/1m,parking=1m,facility=0s/1s')).toThrow(/racks.*parking.*facility/)
  })
})

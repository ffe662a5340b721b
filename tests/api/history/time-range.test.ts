import { expect, test } from 'vitest'
import { instantOf, type Step, timeRange } from '../../../api/history/time-range.ts'

const now = Date.UTC(2026, 5, 1, 12)
const hour = 3_600_000

test('without bounds it is the last hour', () => {
  expect(timeRange(undefined, undefined, 'window', now)).toEqual({ from: now - hour, to: now })
  expect(timeRange(undefined, String(now - hour), 'window', now)).toEqual({
    from: now - 2 * hour,
    to: now - hour,
  })
})

test.each([
  '2026-06-01T11:00:00Z',
  '2026-06-01T19:00:00+08:00',
  // As it arrives when the plus sign was not escaped.
  '2026-06-01T19:00:00 08:00',
  '2026-06-01T11:00:00.000Z',
  String(now - hour),
])('%s is a time', from => {
  expect(timeRange(from, undefined, 'window', now).from).toBe(now - hour)
})

test('every day of two centuries is one, and the day after the last of a month is none', () => {
  const wrong: string[] = []
  for (let day = 0; day < Date.UTC(2200, 0); day += 24 * hour) {
    const text = new Date(day).toISOString()
    if (instantOf('at', text) !== day) wrong.push(text)
    if (new Date(day + 24 * hour).getUTCDate() !== 1) continue
    const none = `${text.slice(0, 8)}${Number(text.slice(8, 10)) + 1}T00:00:00Z`
    if (isInstant(none)) wrong.push(none)
  }
  expect(wrong).toEqual([])
})

function isInstant(text: string): boolean {
  try {
    instantOf('at', text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['yesterday', undefined, 'window', 'invalid_request'],
  ['2026-06-01T11:00:00', undefined, 'window', 'invalid_request'],
  ['2026-06-01', undefined, 'window', 'invalid_request'],
  ['2026-02-30T00:00:00Z', undefined, 'window', 'invalid_request'],
  ['2100-02-29T00:00:00Z', undefined, 'window', 'invalid_request'],
  ['2026-06-01T24:00:00Z', undefined, 'window', 'invalid_request'],
  ['99999999999999', undefined, 'window', 'invalid_request'],
  [String(now), String(now), 'window', 'empty_range'],
  [String(now - 49 * hour), undefined, 'window', 'range_too_long'],
  [String(now - 63 * 24 * hour), undefined, '1h', 'range_too_long'],
] as const)('from %s to %s by %s is refused', (from, to, step, code) => {
  expect(() => timeRange(from, to, step as Step, now)).toThrow(expect.objectContaining({ code }))
})

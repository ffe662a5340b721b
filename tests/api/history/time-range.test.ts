import { expect, test } from 'vitest'
import { type Step, timeRange } from '../../../api/history/time-range.ts'

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

test.each([
  ['yesterday', undefined, 'window', 'invalid_request'],
  ['2026-06-01T11:00:00', undefined, 'window', 'invalid_request'],
  ['2026-06-01', undefined, 'window', 'invalid_request'],
  [String(now), String(now), 'window', 'invalid_request'],
  [String(now - 49 * hour), undefined, 'window', 'range_too_long'],
  [String(now - 63 * 24 * hour), undefined, '1h', 'range_too_long'],
] as const)('from %s to %s by %s is refused', (from, to, step, code) => {
  expect(() => timeRange(from, to, step as Step, now)).toThrow(expect.objectContaining({ code }))
})

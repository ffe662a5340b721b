import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { timestampMs } from '../../../ingest/pipeline/timestamp.ts'

describe('timestampMs', () => {
  it.each([
    ['2026-07-01T12:00:00Z', Date.UTC(2026, 6, 1, 12)],
    ['2026-07-01t12:00:00z', Date.UTC(2026, 6, 1, 12)],
    ['2026-07-01 20:00:00+08:00', Date.UTC(2026, 6, 1, 12)],
    ['2026-07-01T05:30:00-06:30', Date.UTC(2026, 6, 1, 12)],
    ['2026-07-01T12:00:00.1239Z', Date.UTC(2026, 6, 1, 12) + 123],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    [1_782_907_200_000, 1_782_907_200_000],
  ])('reads %s', (value, ms) => expect(timestampMs(value)).toBe(ms))

  it.each([
    '2026-07-01T12:00:00',
    '2026-07-01',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00+25:00',
    '1782907200000',
    '',
    null,
    {},
    1.5,
    Number.NaN,
    1e300,
  ])('does not read %s', value => expect(timestampMs(value)).toBeNaN())

  it('agrees with Date on every instant it prints', () => {
    const instant = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2299-01-01T00:00:00Z') })
    fc.assert(
      fc.property(
        instant.filter(date => !Number.isNaN(date.getTime())),
        date => {
          expect(timestampMs(date.toISOString())).toBe(date.getTime())
        },
      ),
    )
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClockState, resumeClock } from '../../../../deploy/local/setup/local-clock.ts'
import { scaledClock } from '../../../../platform/clock.ts'

const hour = 3_600_000
const wall = Date.UTC(2026, 0, 1)
const at = (clock: { epochMs: number; speed: number }, wallMs: number) =>
  scaledClock(clock, { now: () => wallMs }).now()

test('the first run starts at the wall clock', () => {
  expect(resumeClock(null, 60, wall)).toEqual({ epochMs: wall, speed: 60 })
})

test('a fast run that is ahead of the wall goes on from where it stopped', () => {
  const last: ClockState = { epochMs: wall, speed: 60, usedUntilMs: wall + hour }
  const next = resumeClock(last, 60, wall + 2 * hour)
  const now = at(next, wall + 2 * hour)
  expect(now).toBeGreaterThanOrEqual(wall + 60 * hour)
  expect(now).toBeLessThan(wall + 60 * hour + 60)
})

test('a run whose event time the wall has passed meanwhile starts at the wall clock', () => {
  const last: ClockState = { epochMs: wall, speed: 60, usedUntilMs: wall + hour }
  expect(resumeClock(last, 60, wall + 100 * hour)).toEqual({ epochMs: wall + 100 * hour, speed: 60 })
})

test('event time never goes back, whatever the speeds', () => {
  const speed = fc.double({ min: 0.1, max: 1000, noNaN: true }).filter(value => Math.abs(value - 1) > 0.05)
  fc.assert(
    fc.property(speed, speed, fc.nat(hour), fc.nat(100 * hour), (before, after, ran, paused) => {
      const stoppedAt = wall + ran
      const last: ClockState = { epochMs: wall, speed: before, usedUntilMs: stoppedAt }
      const now = stoppedAt + paused
      const next = resumeClock(last, after, now)
      expect(at(next, now)).toBeGreaterThanOrEqual(at(last, stoppedAt))
      expect(at(next, now)).toBeGreaterThanOrEqual(now)
    }),
  )
})

test('real time cannot follow data that are ahead of it, and says what to do', () => {
  const last: ClockState = { epochMs: wall, speed: 60, usedUntilMs: wall + hour }
  expect(() => resumeClock(last, 1, wall + hour)).toThrow(
    '2026-01-03T12:00:00.000Z, which at speed 1 is still to come',
  )
  expect(resumeClock(last, 1, wall + 61 * hour)).toEqual({ epochMs: wall + 61 * hour, speed: 1 })
})

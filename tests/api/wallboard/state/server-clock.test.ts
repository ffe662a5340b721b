import { expect, test } from 'vitest'
import { observed, serverNow, welcomed } from '../../../../api/wallboard/state/server-clock.ts'

test('the server’s clock goes on between its messages, at its own speed', () => {
  const clock = welcomed(1_000_000, 60, 500)
  expect(serverNow(clock, 500)).toBe(1_000_000)
  expect(serverNow(clock, 1_500)).toBe(1_060_000)
})

test('a delayed heartbeat does not put it back', () => {
  const clock = observed(welcomed(1_000_000, 1, 0), 1_001_000, 1_400)
  expect(serverNow(clock, 2_000)).toBe(1_002_000)
})

test('a less delayed one puts it forward', () => {
  const clock = observed(welcomed(1_000_000, 1, 300), 1_001_000, 1_000)
  expect(serverNow(clock, 2_000)).toBe(1_002_000)
})

import { expect, test } from 'vitest'
import { roundedAt, signed, smooth, split, uniform } from '../../../ingest/simulator/random.ts'

test('equal keys and integers give equal numbers, others give unrelated ones', () => {
  const key = split(7, 'radio')
  expect(split(7, 'radio')).toBe(key)
  expect(uniform(key, 3, 4)).toBe(uniform(key, 3, 4))
  const numbers = new Set([
    uniform(key, 3, 4),
    uniform(key, 4, 3),
    uniform(key, 3, 5),
    uniform(split(7, 'rack'), 3, 4),
    uniform(split(8, 'radio'), 3, 4),
  ])
  expect(numbers.size).toBe(5)
})

test('uniform numbers are spread evenly over [0, 1)', () => {
  const key = split(1, 'even')
  const bins = Array(10).fill(0)
  for (let a = 0; a < 200; a++) for (let b = 0; b < 500; b++) bins[Math.floor(10 * uniform(key, a, b))]++
  for (const count of bins) expect(Math.abs(count / 10_000 - 1)).toBeLessThan(0.05)
})

test('a smooth curve stays within its range and never jumps', () => {
  const key = split(1, 'curve')
  const periodMs = 60_000
  let before = smooth(key, 5, 0, periodMs)
  let steepest = 0
  let least = before
  let most = before
  for (let t = 100; t < 100 * periodMs; t += 100) {
    const now = smooth(key, 5, t, periodMs)
    steepest = Math.max(steepest, Math.abs(now - before))
    least = Math.min(least, now)
    most = Math.max(most, now)
    before = now
  }
  // Steepest slope of the joint: 1.5 times the whole range of 2 a period.
  expect(steepest).toBeLessThanOrEqual((3.01 * 100) / periodMs)
  expect(least).toBeGreaterThanOrEqual(-1)
  expect(most).toBeLessThan(1)
  expect(most - least).toBeGreaterThan(1.5)
})

test('rounding by chance keeps the expectation', () => {
  const key = split(1, 'round')
  let sum = 0
  for (let a = 0; a < 100_000; a++) sum += roundedAt(0.07, uniform(key, a))
  expect(sum / 100_000).toBeCloseTo(0.07, 2)
  expect(signed(key, 1)).toBeGreaterThanOrEqual(-1)
})

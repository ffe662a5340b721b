import { expect, test } from 'vitest'
import { castOf } from '../system/cast.ts'
import { claimsOf } from './fault.ts'
import { faultKinds } from './fault-kinds.ts'
import { planFaults } from './plan-faults.ts'

const cast = castOf(12)
const plan = (seed: number, minutes: number, perMinute = 6) =>
  planFaults({ seed, lengthMs: minutes * 60_000, perMinute, kinds: faultKinds, cast })
const told = (faults: ReturnType<typeof plan>) =>
  faults.map(({ kind, target, atMs, durationMs }) => [kind.name, target.name, atMs, durationMs])

test('a seed always gives the same faults, another seed others', () => {
  expect(told(plan(7, 20))).toEqual(told(plan(7, 20)))
  expect(told(plan(7, 20))).not.toEqual(told(plan(8, 20)))
})

test.each([1, 2, 3, 4, 5])(
  'twenty minutes have a hundred faults, of every kind, all over in time (seed %i)',
  seed => {
    const faults = plan(seed, 20)
    expect(faults.length).toBeGreaterThanOrEqual(100)
    expect(new Set(faults.map(({ kind }) => kind.name))).toEqual(new Set(faultKinds.map(({ name }) => name)))
    for (const { atMs, durationMs } of faults) expect(atMs + durationMs).toBeLessThanOrEqual(20 * 60_000)
  },
)

test.each([1, 2, 3, 4, 5])('nothing is claimed by two faults at once, and some overlap (seed %i)', seed => {
  const faults = plan(seed, 20)
  let overlapping = 0
  for (const [index, one] of faults.entries()) {
    for (const other of faults.slice(index + 1)) {
      if (other.atMs >= one.atMs + one.durationMs) continue
      overlapping++
      expect(claimsOf(other.target).filter(claim => claimsOf(one.target).includes(claim))).toEqual([])
    }
  }
  expect(overlapping).toBeGreaterThan(20)
})

test('a fault lasts as long as its kind says', () => {
  for (const { kind, durationMs } of plan(3, 60)) {
    const [shortest, longest] = kind.seconds
    expect(durationMs).toBeGreaterThanOrEqual(shortest * 1000)
    expect(durationMs).toBeLessThanOrEqual(longest * 1000)
  }
})

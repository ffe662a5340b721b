import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withHeartbeats } from '../../../processors/task/with-heartbeats.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('work that takes long is accompanied by heartbeats, until it is done', async () => {
  const work = Promise.withResolvers<void>()
  const heartbeat = vi.fn(async () => undefined)
  const done = withHeartbeats(work.promise, heartbeat)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(heartbeat.mock.calls.length).toBeGreaterThanOrEqual(10)
  work.resolve()
  await done
  const beats = heartbeat.mock.calls.length
  await vi.advanceTimersByTimeAsync(20_000)
  expect(heartbeat.mock.calls.length).toBe(beats)
})

test('a rebalance ends the waiting; that the work fails later harms nobody', async () => {
  const work = Promise.withResolvers<void>()
  const rebalancing = new Error('the group is rebalancing')
  const done = withHeartbeats(work.promise, () => Promise.reject(rebalancing))
  const refused = expect(done).rejects.toBe(rebalancing)
  await vi.advanceTimersByTimeAsync(5_000)
  await refused
  work.reject(new Error('the partition is gone'))
  await vi.advanceTimersByTimeAsync(5_000)
})

test('work that fails says so', async () => {
  const broken = new Error('not a reading')
  await expect(withHeartbeats(Promise.reject(broken), async () => undefined)).rejects.toBe(broken)
})

import { expect, test, vi } from 'vitest'
import { ManualClock } from '../../../platform/clock.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { Readiness } from '../../../platform/ready/readiness.ts'
import { StoreProbe, silence } from '../../../platform/ready/store-probe.ts'

const patience = { timeout: 50_000, interval: 5 }

test.each([
  [{ since: 0, answeredAt: undefined, failure: undefined }, 1_000, 'no answer yet'],
  [{ since: 0, answeredAt: undefined, failure: 'refused' }, 1_000, 'no answer yet: refused'],
  [{ since: 0, answeredAt: 10_000, failure: undefined }, 17_000, null],
  // One lost answer is no silence.
  [{ since: 0, answeredAt: 10_000, failure: 'refused' }, 12_000, null],
  [{ since: 0, answeredAt: 10_000, failure: undefined }, 17_001, 'no answer for 7 s'],
  [{ since: 0, answeredAt: 10_000, failure: 'refused' }, 40_000, 'no answer for 30 s: refused'],
])('%j at %i: %s', (answers, now, reason) => {
  expect(silence(answers, now, 7_000)).toBe(reason)
})

test('a store that hangs turns the condition, and keeps the probe from nothing, its end least of all', async () => {
  const clock = new ManualClock(1_000)
  const readiness = new Readiness(new Metrics('test'))
  let hangs = false
  const probe = new StoreProbe({
    store: 'clickhouse',
    ask: () => (hangs ? new Promise(() => undefined) : Promise.resolve()),
    limitMs: 50,
    pauseMs: 5,
    readiness,
    clock,
  })
  await probe.start()
  await vi.waitUntil(() => readiness.failing().length === 0, patience)

  hangs = true
  clock.advance(9_000)
  await vi.waitUntil(() => readiness.failing()[0] === 'clickhouse: no answer for 9 s', patience)

  hangs = false
  await vi.waitUntil(() => readiness.failing().length === 0, patience)
  hangs = true
  await probe.stop()
})

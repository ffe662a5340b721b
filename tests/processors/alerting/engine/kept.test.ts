import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { ManualClock } from '../../../../platform/clock.ts'
import { createLog } from '../../../../platform/log.ts'
import { Metrics } from '../../../../platform/metrics.ts'
import { AlertEngine } from '../../../../processors/alerting/engine/alert-engine.ts'
import { Notifier } from '../../../../processors/alerting/out/notifier.ts'
import { notifierMetrics } from '../../../../processors/alerting/out/notifier-metrics.ts'
import type { Receiver } from '../../../../processors/alerting/out/receiver.ts'
import { regions } from '../../../../schemas/regions/regions.ts'
import { hot, minute, silent, t0, told } from './told-county.ts'

const counties = regions.filter(({ level }) => level === 'county').slice(0, 3)
const keep = 20
const mostOver = 60

/** Nobody listens there: every notice stays to be delivered. */
const away: Receiver = {
  name: 'away',
  atOnce: 1,
  perMinute: Number.POSITIVE_INFINITY,
  request: () => ({ url: 'http://127.0.0.1:1/', headers: {}, body: '{}' }),
}

function notifierOf(engine: AlertEngine, receivers: readonly Receiver[]): Notifier {
  const clock = new ManualClock(t0)
  return new Notifier({
    receivers,
    known: [],
    alertOf: id => engine.book.get(id),
    open: () => engine.book.open(),
    write: () => Promise.resolve(),
    horizonMs: Number.POSITIVE_INFINITY,
    groupWaitMs: 0,
    clock,
    wall: clock,
    clockSpeed: 1,
    metrics: notifierMetrics(new Metrics('test')),
    log: createLog('test', 'silent'),
    fail: error => {
      throw error
    },
  })
}

test('hours of counties that go hot and cold every other minute: what is kept stays within its bounds', async () => {
  const engine = new AlertEngine(
    { keep, flapping: { transitions: 6, withinMs: 60 * minute }, mostOver, horizonMs: 60 * minute },
    [],
  )
  engine.changeRules([{ ...hot, for: { windows: 0 } }, silent], t0)
  const unheard = notifierOf(engine, [])
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const waiting = notifierOf(engine, [away])
  waiting.start([])
  let offset = 0
  const fired = new Set<string>()
  const most = { windows: 0, alerts: 0, history: 0, notices: 0 }
  for (let window = 0; window < 4 * 60; window++) {
    for (const { code } of counties) {
      const celsius = window % 2 === 0 ? 31 : 20
      for (const status of ['provisional', 'final'] as const)
        engine.judge(told({ region: code, window, celsius, status }), offset++)
    }
    engine.tick(t0 + (window + 1) * minute)
    if (window % 10 === 0) engine.sweep(t0 + (window + 1) * minute)
    for (const [id, alert] of engine.take()) {
      if (alert?.fired_at) fired.add(id)
      unheard.note(id)
      waiting.note(id)
    }
    if (window % 20 !== 19) continue
    vi.advanceTimersByTime(250)
    await setImmediate()
    const kept = [...engine.book.all()]
    most.windows = Math.max(most.windows, engine.series.windows)
    most.alerts = Math.max(most.alerts, kept.length)
    most.history = Math.max(most.history, ...kept.map(({ history }) => history.length))
    most.notices = Math.max(most.notices, waiting.kept)
    expect(unheard.kept).toBe(0)
  }
  waiting.stop()
  vi.useRealTimers()
  const series = 2 * counties.length
  expect(fired.size).toBeGreaterThan(5 * mostOver)
  expect(most.windows).toBe(series * keep)
  // Those of ten minutes more, until they are swept out, and what is on.
  expect(most.alerts).toBeLessThanOrEqual(mostOver + 12 * counties.length)
  expect(most.history).toBeLessThanOrEqual(200)
  // Each is looked at, fired and is over, and a delivery waits.
  expect(most.notices).toBeLessThanOrEqual(4 * most.alerts)
})

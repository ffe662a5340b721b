import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AlertLine, createStreamClient } from '../../../api/client/stream-client.ts'
import { type Alert, alertStates, isOpen } from '../../../schemas/alerts/alert.ts'
import { alert } from '../alerts/alerts.ts'
import { inTime } from '../laws.ts'
import { StreamUnderTest } from '../stream/stream-under-test.ts'
import { StreamNetwork } from './stream-network.ts'

const urls = ['ws://here/v1/stream', 'ws://there/v1/stream'] as const
const all = { regions: ['370000'], depth: 'subtree', kpis: [], alerts: true } as const

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A server that reads a log of alerts message by message. */
class LogServer {
  readonly stream = new StreamUnderTest()
  private read = 0
  private readonly log: readonly Alert[]

  constructor(log: readonly Alert[]) {
    this.log = log
  }

  next(): void {
    const message = this.log[this.read]
    if (!message) return
    this.stream.alerts.put(message)
    this.stream.alerts.advanceTo(++this.read)
  }

  all(): this {
    while (this.read < this.log.length) this.next()
    return this
  }
}

class Bench {
  readonly network = new StreamNetwork()
  readonly servers: readonly LogServer[]
  /** The alerts as somebody has them who only listens. */
  readonly mirror = new Map<string, AlertLine>()
  private readonly newest = new Map<string, number>()
  readonly client = createStreamClient({
    urls: [...urls],
    WebSocket: this.network.WebSocket,
    now: () => Date.now(),
    random: () => 0.5,
    onAlerts: (changed, gone) => {
      for (const { alert_id } of gone) this.mirror.delete(alert_id)
      for (const told of changed) {
        expect(told.version).toBeGreaterThanOrEqual(this.newest.get(told.alert_id) ?? 0)
        this.newest.set(told.alert_id, told.version)
        this.mirror.set(told.alert_id, told)
      }
    },
  })

  constructor(log: readonly Alert[]) {
    this.servers = urls.map(() => new LogServer(log))
    for (const [index, url] of urls.entries()) this.network.put(url, this.servers[index]?.stream)
    this.client.subscribe('all', all)
    this.client.start()
  }

  /** Time passes, in which the servers tick. */
  async pass(ms = 500): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      for (const { stream } of this.servers) stream.hub.tick()
      await vi.advanceTimersByTimeAsync(250)
    }
  }

  held(): string[] {
    return [...this.client.alerts()].map(({ alert_id, version }) => `${alert_id} ${version}`).sort()
  }
}

test('hears of alerts as they are and as they change, and lets go of them with their subscription', async () => {
  const bench = new Bench([
    alert({ alert_id: 'a' }),
    alert({ alert_id: 'a', version: 2 }),
    alert({ alert_id: 'b' }),
  ])
  bench.servers[0]?.next()
  await bench.pass()
  expect(bench.held()).toEqual(['a 1'])
  bench.servers[0]?.all()
  await bench.pass()
  expect(bench.held()).toEqual(['a 2', 'b 1'])
  bench.client.unsubscribe('all')
  await bench.pass()
  expect(bench.held()).toEqual([])
  expect(bench.mirror.size).toBe(0)
  bench.client.stop()
})

test('what a server does not list that has read more is no more; of one that has read less it stays', async () => {
  const bench = new Bench([alert({ alert_id: 'a' }), alert({ alert_id: 'b' })])
  bench.servers[0]?.all()
  await bench.pass()
  expect(bench.held()).toEqual(['a 1', 'b 1'])
  bench.servers[1]?.next()
  bench.network.cut(urls[0])
  await bench.pass(3_000)
  // The other one has not heard of b yet.
  expect(bench.held()).toEqual(['a 1', 'b 1'])
  bench.servers[0]?.stream.alerts.forget('a')
  bench.network.cut(urls[1])
  await bench.pass(3_000)
  expect(bench.held()).toEqual(['b 1'])
  bench.client.stop()
})

type Step = { readonly do: 'pass' } | { readonly do: 'cut' | 'read'; readonly server: 0 | 1 }
const server = fc.constantFrom<(0 | 1)[]>(0, 1)
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: server.map((index): Step => ({ do: 'read', server: index })) },
    { weight: 3, arbitrary: fc.constant<Step>({ do: 'pass' }) },
    { weight: 1, arbitrary: server.map((index): Step => ({ do: 'cut', server: index })) },
  ),
  { maxLength: 30 },
)
/** Of each alert, versions in their order. */
const logs = fc
  .array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), state: fc.constantFrom(...alertStates) }), {
    maxLength: 12,
  })
  .map(told => told.map(({ id, state }, index) => alert({ alert_id: id, state, version: index + 1 })))

test('law: whatever happens on the way, it ends with what the servers hold and never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(logs, steps, async (log, script) => {
      const bench = new Bench(log)
      for (const step of script) {
        if (step.do === 'read') bench.servers[step.server]?.next()
        else if (step.do === 'cut') bench.network.cut(urls[step.server])
        else await bench.pass()
      }
      for (const each of bench.servers) each.all()
      await bench.pass(20_000)
      const held = [...(bench.servers[0]?.stream.alerts ?? [])]
      const open = held.filter(isOpen).map(({ alert_id, version }) => `${alert_id} ${version}`)
      expect(bench.client.state.kind).toBe('live')
      expect(
        [...bench.client.alerts()]
          .filter(isOpen)
          .map(one => `${one.alert_id} ${one.version}`)
          .sort(),
      ).toEqual(open.sort())
      expect([...bench.mirror.values()]).toEqual(expect.arrayContaining([...bench.client.alerts()]))
      expect(bench.mirror.size).toBe([...bench.client.alerts()].length)
      bench.client.stop()
    }),
    { numRuns: 60, ...inTime },
  )
}, 120_000)

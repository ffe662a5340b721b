import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { select } from '../../../api/cells/selection.ts'
import { type Cell, cellKey } from '../../../api/client/stream-client.ts'
import { logs } from '../cells/windows.ts'
import { inTime, readable } from '../laws.ts'
import { Bench, here, LogServer, occupancy, there } from './bench.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const selections = [
  { regions: ['370000'], depth: 'subtree', kpis: ['*'] },
  { regions: ['370100'], depth: 'children', kpis: ['parking.*', 'radio.*'] },
  { regions: ['370000', '370102'], depth: 'self', kpis: [occupancy, 'datacenter.it_load_kw'] },
] as const

type Step =
  | { readonly do: 'read' | 'restart' | 'kill' | 'cut'; readonly url: typeof here | typeof there }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'reset' }
  | { readonly do: 'subscribe' | 'unsubscribe'; readonly id: string; readonly selection: number }

const url = fc.constantFrom(here, there)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('read' as const), url }) },
  // Six seconds are longer than a server lets somebody wait who has seen more than itself.
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(250, 250, 500, 500, 1_000, 6_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'kill' as const, 'cut' as const), url }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('subscribe' as const, 'subscribe' as const, 'unsubscribe' as const),
      id: fc.constantFrom('one', 'two'),
      selection: fc.nat(selections.length - 1),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'reset' }) },
)
const script = fc
  .array(step, { minLength: 5, maxLength: 60, size: 'max' })
  .map(steps => readable(steps, one => Object.values(one).join(' ')))

/** Of longer ones, what one side says crosses what the other one says. */
const latency = fc.constantFrom(0, 0, 100, 400)

test('law: whatever breaks, a client ends with what its server holds, and never saw an older version after a newer one', async () => {
  await fc.assert(
    fc.asyncProperty(logs, logs, script, latency, async (first, second, steps, latencyMs) => {
      const bench = new Bench()
      bench.network.latencyMs = latencyMs
      const { client } = bench
      let [log, logId] = [first, 'log-1']
      const start = (at: string, read: number): void => {
        const server = new LogServer(log, logId)
        while (server.read < Math.min(read, log.length)) server.next()
        bench.up(at, server)
      }
      const active = new Map<string, (typeof selections)[number]>([['one', selections[0]]])
      client.subscribe('one', selections[0])
      for (const at of [here, there]) start(at, 0)
      client.start()
      for (const step of steps) {
        switch (step.do) {
          case 'read':
            bench.servers.get(step.url)?.next()
            break
          case 'pass':
            await bench.pass(step.ms)
            break
          case 'restart':
            start(step.url, bench.servers.get(step.url)?.read ?? 0)
            break
          case 'kill':
            bench.down(step.url)
            break
          case 'cut':
            bench.network.cut(step.url)
            break
          case 'reset':
            log = second
            logId = 'log-2'
            for (const at of [here, there]) start(at, 0)
            break
          case 'subscribe':
            active.set(step.id, selections[step.selection]!)
            client.subscribe(step.id, selections[step.selection]!)
            break
          case 'unsubscribe':
            active.delete(step.id)
            client.unsubscribe(step.id)
            break
        }
      }
      for (const at of [here, there]) if (!bench.servers.has(at)) start(at, 0)
      for (const server of bench.servers.values()) server.all()
      await bench.pass(30_000)
      expect(client.state.kind).toBe('live')

      const { table } = bench.servers.get(here)!.stream
      const expected = new Map<string, Cell>()
      for (const selection of active.values()) {
        for (const [cell, isIn] of select(table.space, selection).entries()) {
          const json = isIn ? table.jsonOf(cell) : undefined
          if (json === undefined) continue
          const value: Cell = JSON.parse(json)
          expected.set(cellKey(value.kpi, value.region), value)
        }
      }
      const held = new Map([...client.cells()].map(cell => [cellKey(cell.kpi, cell.region), cell]))
      expect(held).toEqual(expected)
      expect(bench.mirror).toEqual(expected)
      const mayLose = steps.some(({ do: what }) => what === 'reset' || what.endsWith('subscribe'))
      if (!mayLose) expect(bench.gone).toEqual([])
      expect(bench.faults).toEqual([])
      client.stop()
    }),
    { numRuns: 60, ...inTime },
  )
}, 60_000)

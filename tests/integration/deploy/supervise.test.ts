import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Console } from '../../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../../deploy/local/setup/ports.ts'
import type { PartSpec } from '../../../deploy/local/supervise/part-spec.ts'
import type { Patience } from '../../../deploy/local/supervise/patience.ts'
import { scriptPart } from '../../../deploy/local/supervise/script-part.ts'
import { Supervisor } from '../../../deploy/local/supervise/supervisor.ts'

const host = '127.0.0.1'
const waiting = { timeout: 120_000, interval: 50 }
let output: string
let supervisor: Supervisor

beforeEach(() => {
  output = ''
})
afterEach(() => supervisor.stop())

function supervise(part: PartSpec, patience: Patience): Promise<void> {
  const screen = {
    write: (text: string) => {
      output += text
    },
  }
  supervisor = new Supervisor({ console: new Console({ screen, level: 'info' }), env: process.env, patience })
  return supervisor.start([[part]])
}

/** A process that does nothing, and says of itself what the test wants. */
function idlePart(told: Pick<PartSpec, 'notReady' | 'answers'>): PartSpec {
  const args = ['-e', 'setInterval(() => {}, 1e6)']
  return {
    name: 'idle',
    prepare: async () => ({ command: process.execPath, args, env: {} }),
    stopGraceMs: 20_000,
    ...told,
  }
}

/** One of our own processes, with its real `/healthz`. */
async function dummy() {
  const adminPort = portsAt(await freePortOffset(host)).apiAdmin
  const env = { KAFKA_BROKERS: 'nowhere:1', WINDOWS: 'none' }
  const script = 'tests/integration/deploy/dummy-part.ts'
  const part = scriptPart({
    name: 'dummy',
    script,
    args: ['dummy'],
    adminHost: host,
    adminPort,
    env,
    heapMib: 300,
  })
  return { part, metrics: async () => (await fetch(`http://${host}:${adminPort}/metrics`)).text() }
}

test.each(['SIGUSR2', 'SIGSTOP'] as const)(
  'a process whose event loop stands still (%s) is killed and started again',
  async signal => {
    const { part, metrics } = await dummy()
    await supervise(part, { startMs: 300_000, hangMs: 2_000 })
    process.kill(supervisor.pids().dummy!, signal)
    await vi.waitUntil(() => output.includes('is ready again'), waiting)
    expect(output).toMatch(/dummy +has not answered for \d+ s and is killed hangs=1/)
    expect(output).toMatch(/dummy +crashed \(signal SIGKILL\), starts again in 0.5 s/)
    const counted = await metrics()
    expect(counted).toContain('citybrain_dummy_restarts_total{after="hang"} 1')
    expect(counted).toContain('citybrain_dummy_restarts_total{after="crash"} 0')
  },
)

test('the heap of a process is bounded, whatever memory the machine has', async () => {
  const { part } = await dummy()
  await supervise(part, { startMs: 300_000, hangMs: 0 })
  // Old objects, and some for new ones.
  const [, heapMib] = /told .*heap_mib=(\d+)/.exec(output) ?? []
  expect(Number(heapMib)).toBeGreaterThanOrEqual(300)
  expect(Number(heapMib)).toBeLessThan(400)
})

test('a start that takes longer than the patience, and gets on, is waited for', async () => {
  // Asked at most every 150 ms at first, less often later: twelve questions take longer than half a second.
  let left = 12
  const notReady = async () => (left-- > 0 ? `lag of kpi.regional: ${left} messages, limit 0` : null)
  await supervise(idlePart({ notReady, answers: async () => true }), { startMs: 500, hangMs: 0 })
  expect(output).toMatch(/idle +is ready after/)
})

test('one that gets no further is given up, with what it waited for', async () => {
  const notReady = async () => 'clickhouse: no answer yet'
  const start = supervise(idlePart({ notReady, answers: async () => true }), { startMs: 500, hangMs: 0 })
  await expect(start).rejects.toThrow(
    'idle is not ready and has got no further for 0.5 s: clickhouse: no answer yet',
  )
})

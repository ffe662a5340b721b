import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { StreamServer } from '../../api/stream/stream-server.ts'
import type {} from '../../docs/examples/follow-a-city.ts'
import { createLog } from '../../platform/log.ts'
import { minute, noon, window } from '../api/cells/windows.ts'
import { StreamUnderTest } from '../api/stream/stream-under-test.ts'

const example = join(import.meta.dirname, '../../docs/examples/follow-a-city.ts')
const patience = { timeout: 30_000, interval: 50 }

let http: Server
let server: StreamServer
let child: ChildProcess | undefined
afterEach(async () => {
  child?.kill('SIGKILL')
  await server.stop()
  http.close()
})

test('the example follows a city, as its first line says, and ends when it is interrupted', async () => {
  const stream = new StreamUnderTest()
  stream.table.put(window({ value: 40.5, coverage: 0.9 }), 0)
  stream.table.advanceTo(1)
  http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  server = new StreamServer({
    server: http,
    hub: stream.hub,
    conversation: stream.conversation,
    maxClients: 10,
    maxClientsPerAddress: 10,
    tickMs: 20,
    probeMs: 1_000,
    log: createLog('api', 'silent'),
  })
  await server.start()
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/v1/stream`
  child = spawn(process.execPath, [example, '370100', url], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const output of [child.stdout!, child.stderr!]) {
    createInterface({ input: output }).on('line', line => lines.push(line))
  }
  await expect.poll(() => lines, patience).toContain('the stream is live')
  expect(lines).toContain('2026-06-01T12:01:00.000Z parking.occupancy_pct = 40.5 (final, 90 % reported)')

  stream.table.put(window({ window_start: noon + minute, value: 41, coverage: 1 }), 1)
  stream.table.put(window({ region: '370200', window_start: noon + minute, value: 99 }), 2)
  stream.table.advanceTo(3)
  await expect
    .poll(() => lines, patience)
    .toContain('2026-06-01T12:02:00.000Z parking.occupancy_pct = 41 (final, 100 % reported)')
  expect(lines.join()).not.toContain('99')
  child.kill('SIGINT')
  expect((await once(child, 'exit'))[0]).toBe(0)
})

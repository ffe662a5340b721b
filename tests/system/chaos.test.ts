import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runChaos } from '../chaos/chaos-run.ts'
import { summary } from '../chaos/report/summary.ts'

/** `npm run chaos` in its short form: brokers, ClickHouse and processes are killed and frozen, and nothing is lost. */
test('whatever happens, the last revision of every window is what was accepted, and alerts follow from it', {
  timeout: 20 * 60_000,
}, async ({ signal }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-chaos-'))
  const lines: string[] = []
  const result = await runChaos({
    minutes: 1.25,
    seed: 3,
    faultsPerMinute: 10,
    readingsPerSecond: 60,
    dataDir,
    log: line => lines.push(line),
    signal,
  }).catch(error => {
    throw new Error(`data and logs are in ${dataDir}\n${lines.join('\n')}`, { cause: error })
  })

  const told = `${summary(result)}\ndata and logs are in ${dataDir}`
  expect(result.oracle.differences, told).toEqual([])
  expect(result.alerts.differences, told).toEqual([])
  expect(result.audit.clean, told).toBe(true)
  expect(result.faults.length).toBeGreaterThanOrEqual(8)
  expect(result.oracle.windows).toBeGreaterThan(100)
  expect(result.revisions.revisions).toBeGreaterThan(0)
  expect(result.alerts.expected).toBeGreaterThan(20)
  expect(result.load.accepted).toBeGreaterThan(1_000)
  await rm(dataDir, { recursive: true })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { storedWindowSizes } from '../../platform/clickhouse/stored-window-sizes.ts'
import { exitCode } from '../../platform/errors.ts'
import { measureTable } from '../../schemas/clickhouse/measure-tables.ts'
import { kpisOf } from '../../schemas/kpis/kpis.ts'
import { sqlTime, type TestDatabase, testDatabase } from './database.ts'
import { stackEnvironment } from './stack-environment.ts'

/** Noon in the province. */
const noon = Date.UTC(2026, 2, 5, 4)
const span = (start: number, sizeMs: number) => ({
  window_start: sqlTime(start),
  window_end: sqlTime(start + sizeMs),
})

let db: TestDatabase
beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db.drop())

/** Runs a script of ours on the database until it ends. */
async function run(script: string, args: readonly string[], env: object) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../..', script), ...args], {
    env: {
      ...stackEnvironment(db.database),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, output: out + err }
}

it('tells the size of the newest stored window of each record type', async () => {
  const empty = await testDatabase(undefined, false)
  expect(await storedWindowSizes(empty.client, empty.database)).toEqual({})
  await empty.drop()
  expect(await storedWindowSizes(db.client, db.database)).toEqual({})
  await db.insert(measureTable('rack').name, [
    { county: '370102', ...span(noon, 60_000) },
    { county: '370102', ...span(noon + 60_000, 10_000) },
  ])
  await db.insert(measureTable('parking').name, [{ county: '370102', ...span(noon, 300_000) }])
  expect(await storedWindowSizes(db.client, db.database)).toEqual({ rack: 10_000, parking: 300_000 })
})

it('lets no processor that uses ClickHouse start over stored windows of another size', async () => {
  for (const name of ['archive', 'correct', 'census']) {
    const { code, output } = await run('processors/main.ts', [name], {
      WINDOWS: 'rack=60s/30s,facility=1s/1s',
    })
    expect([name, code]).toEqual([name, exitCode.config])
    expect(output).toContain('"code":"windows_changed"')
    expect(output).toContain('the stored windows of rack are 10s long, WINDOWS asks for 60s')
    expect(output).toContain('CLICKHOUSE_DATABASE')
  }
})

it('lets no census start with another CENSUS_WINDOW than the stored windows have', async () => {
  const [kpi] = kpisOf('grid_census')
  const row = { kpi: kpi?.id, region: '370000', level: 'province', record: 'grid_census' }
  await db.insert('kpi_windows_store', [{ ...row, ...span(noon, 60_000) }])
  const { code, output } = await run('processors/main.ts', ['census'], { CENSUS_WINDOW: '5000' })
  expect(code).toBe(exitCode.config)
  expect(output).toContain('the stored windows of grid_census are 60s long, CENSUS_WINDOW asks for 5s')
  expect(output).toContain('set CENSUS_WINDOW=60000 again')
})

it('lets nobody recompute to windows of another size', async () => {
  const range = ['--from', new Date(noon).toISOString(), '--to', new Date(noon + 120_000).toISOString()]
  const { code, output } = await run('processors/recompute.ts', ['--record', 'rack', ...range, '--dry-run'], {
    WINDOWS: 'rack=60s/30s',
  })
  expect(output).toContain('the stored windows of rack are 10s long, WINDOWS asks for 60s')
  expect(code).toBe(exitCode.config)
})

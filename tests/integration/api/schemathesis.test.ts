import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { window } from '../../api/cells/windows.ts'
import { type TestDatabase, testDatabase } from '../database.ts'
import { pythonWith } from '../python/venv.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { RegionalProducer } from './regional-producer.ts'
import { minute, type Sent, storeReadings, ToldWindow } from './told-windows.ts'

const python = await pythonWith(['schemathesis==4.32.5', 'openapi-spec-validator==0.9.0'])
const secret = 'a secret of this test, longer than 32 bytes'
/** The window that the examples of the description name. */
const start = Date.UTC(2026, 5, 1)

let db: TestDatabase
let producer: RegionalProducer
let api: ApiProcess
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'citybrain-schemathesis-'))
  db = await testDatabase()
  const log: Sent[] = [
    { lot: 'a', county: '370102', partition: 0, offset: 1, at: 1_000, occupied: 30, capacity: 100 },
    { lot: 'b', county: '370103', partition: 1, offset: 1, at: 2_000, occupied: 10, capacity: 50 },
    { lot: 'a', county: '370102', partition: 0, offset: 2, at: 3_000, occupied: 40, capacity: 100 },
  ]
  await storeReadings(db, start, log)
  const told = new ToldWindow(db, start, log, { '370102': 2, '370103': 1 })
  await told.tell([2, 2])
  await told.tell([3, 2], 'late')
  producer = await RegionalProducer.connect()
  api = await startApi({
    CLICKHOUSE_DATABASE: db.database,
    AUTH_ANONYMOUS: 'off',
    AUTH_JWT_SECRET: secret,
    API_RATE_LIMIT_PER_MINUTE: '1000000',
    AUTH_REFUSED_PER_MINUTE: '1000000',
  })
  await producer.publish(window({ region: '370102', window_start: start + minute, value: 40 }))
})

afterAll(async () => {
  await api?.stop()
  await producer?.disconnect()
  await db?.drop()
  if (dir) await rm(dir, { recursive: true, force: true })
})

interface Ran {
  readonly code: number
  readonly output: string
}

/** Runs a program of the virtual environment, in a folder of its own. */
function run(program: string, args: readonly string[]): Promise<Ran> {
  const scripts = resolve(import.meta.dirname, '../python')
  const env = { ...process.env, PYTHONPATH: scripts, PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '140' }
  const path = join(dirname(python ?? ''), program)
  return new Promise(done => {
    execFile(path, [...args], { cwd: dir, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      done({ code, output: `${stdout}${stderr}` })
    })
  })
}

test.skipIf(python === null)('the description is OpenAPI', async () => {
  const file = join(dir, 'openapi.json')
  await writeFile(file, await (await fetch(`${api.url}/docs/json`)).text())
  const { code, output } = await run('openapi-spec-validator', [file])
  expect(code, output).toBe(0)
})

test.skipIf(python === null)(
  'schemathesis finds no answer that the description does not promise',
  async () => {
    const token = await new SignJWT({ regions: ['*'], roles: ['analyst', 'admin'] })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('schemathesis')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret))
    const config = resolve(import.meta.dirname, '../python/schemathesis.toml')
    const { code, output } = await run('schemathesis', [
      '--config-file',
      config,
      'run',
      `${api.url}/docs/json`,
      '--header',
      `Authorization: Bearer ${token}`,
    ])
    console.info(output.slice(output.lastIndexOf('SUMMARY')))
    expect(output).toMatch(/Test cases:\s+\d+ generated/)
    expect(code, output).toBe(0)
  },
  600_000,
)

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type IngestProcess, startIngest } from './ingest-process.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
let ingest: IngestProcess
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-replay-'))
  ingest = await startIngest({
    KAFKA_BROKERS: inject('kafkaBrokers'),
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
  })
})
afterAll(async () => {
  await ingest?.stop()
  await rm(folder, { recursive: true })
})

const replay = (...args: string[]) =>
  run(process.execPath, ['ingest/replay.ts', '--to', ingest.url, ...args], { cwd: root })

it('replays car parks through the door, and says what became of every row', async () => {
  await writeFile(
    join(folder, 'de_meta-data.csv'),
    'place_id,place_name,city_name,num_all\na,A,X,100\nb,B,X,\n',
  )
  const rows = ['a,30', 'a,40', 'a,130', 'a,-5', 'b,7'].map((row, i) => `2026-07-22T00:0${i}:01+00:00,${row}`)
  const file = join(folder, 'changes.csv')
  await writeFile(file, `timestamp,place_id,free\n${rows.join('\n')}\n`)
  const { stdout } = await replay(file, '--shift-to', 'now')
  expect(stdout).toContain('de-parking: 1 assets, 4 readings')
  expect(stdout).toContain('skipped 1 (no_capacity) in 1: b')
  expect(stdout).toContain('posted 1 assets and 4 readings: 2 accepted, 2 rejected')
  expect(stdout).toContain('field_range: 1 (occupied: -30 is outside')
  expect(stdout).toContain('field_relation: 1 (occupied 105 is greater than capacity 100)')
  expect(stdout).toContain('assets retired after the last reading of their data set: 1')
  const reported = async (minutes: number) => {
    const late = {
      asset_id: 'replay-de-parking-a',
      event_time: Date.now() + minutes * 60_000,
      status: 'open',
    }
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify([late, late])
    const answer = await fetch(`${ingest.url}/v1/telemetry/parking`, { method: 'POST', headers, body })
    return JSON.stringify(await answer.json())
  }
  expect(await reported(-10)).toContain('"accepted":2')
  expect(await reported(0)).toContain('asset_retired')
  // Replayed again, for instance another range of it, they are back; and stay, where more is to come.
  expect((await replay(file, '--shift-to', 'now', '--keep-in-service')).stdout).not.toContain('retired')
  expect(await reported(0)).toContain('"accepted":2')
})

it('says what was not posted and why, where the door is another one', async () => {
  const file = join(folder, 'rack-lost.ndjson')
  const asset = '{"asset_id":"lost","record":"rack","kind":"rack","county":"370102"}\n'
  await writeFile(file, `${asset}{"asset_id":"lost","event_time":${Date.now()},"it_power_w":1}\n`)
  await expect(replay(file, '--to', `${ingest.url}/elsewhere`)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /posted 0 assets and 0 readings: 0 accepted, 0 rejected\nnot posted: 1 assets and 1 readings/,
    ),
    stderr: expect.stringContaining('404'),
  })
})

it('names fields that are not stored, and ends with 1 where no asset is taken', async () => {
  const file = join(folder, 'rack-misspelt.ndjson')
  const asset = { asset_id: 'misspelt', record: 'rack', kind: 'rack', county: '370102', capasity: 3 }
  const reading = { asset_id: 'misspelt', event_time: Date.now(), it_power_w: 1, inlet_tmp_c: 20 }
  await writeFile(file, `${JSON.stringify(asset)}\n${JSON.stringify(reading)}\n`)
  const { stdout } = await replay(file)
  expect(stdout).toContain('fields of assets that are not stored, misspelt or unknown: capasity')
  expect(stdout).toContain('fields of rack that are not stored, misspelt or unknown: inlet_tmp_c')
  const assets = join(folder, 'rack-assets.ndjson')
  await writeFile(assets, `${JSON.stringify({ ...asset, county: '110101' })}\n`)
  await expect(replay(assets)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('unknown_county: 1'),
  })
})

it('ends with 1 when ingest takes nothing, with 64 when it was asked wrongly', async () => {
  const file = join(folder, 'rack.ndjson')
  await writeFile(file, '{"asset_id":"nobody","event_time":1000,"it_power_w":1}\n')
  await expect(replay(file)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('event_time_too_old: 1'),
  })
  await expect(replay(file, '--speed', 'fast')).rejects.toMatchObject({ code: 64 })
})

it('sends the key of its environment where the door asks for one, and says so where there is none', async () => {
  const keys = join(folder, 'keys.yaml')
  const key = 'a-key-for-this-test-0123456789'
  await writeFile(keys, `- { name: operations, key: ${key}, any_source: true }\n`)
  const closed = await startIngest({
    KAFKA_BROKERS: inject('kafkaBrokers'),
    SCHEMA_REGISTRY_URL: inject('registryUrl'),
    INGEST_KEYS: keys,
  })
  const asset = '{"asset_id":"replayed","record":"rack","kind":"rack","county":"370102"}'
  const reading = JSON.stringify({ asset_id: 'replayed', event_time: Date.now(), it_power_w: 1 })
  const file = join(folder, 'rack-keys.ndjson')
  await writeFile(file, `${asset}\n${reading}\n`)
  const replayWith = (env: Record<string, string>) =>
    run(process.execPath, ['ingest/replay.ts', file, '--to', closed.url], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    })
  await expect(replayWith({})).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/401 .*key_missing.*\n.*set INGEST_KEY/),
  })
  expect((await replayWith({ INGEST_KEY: key })).stdout).toContain('1 accepted, 0 rejected')
  expect(await closed.stop()).toBe(0)
})

it('ends with 1, and names the place, where a line has no end', async () => {
  const file = join(folder, 'rack-endless.ndjson')
  await writeFile(file, `{"asset_id":"a"}\n{"asset_id":"${'x'.repeat(300_000)}`)
  await expect(replay(file)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('rack-endless.ndjson:2: a line has at most'),
  })
})

it('does not start where others reach it, unless it has keys or is said to be open', async () => {
  const env = { ...process.env, NODE_OPTIONS: '', INGEST_HOST: '0.0.0.0', INGEST_PORT: '0', ADMIN_PORT: '0' }
  await expect(
    run(process.execPath, ['ingest/main.ts'], {
      cwd: root,
      env: { ...env, KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' },
    }),
  ).rejects.toMatchObject({ code: 78, stdout: expect.stringMatching(/INGEST_KEYS, or say INGEST_OPEN=yes/) })
})

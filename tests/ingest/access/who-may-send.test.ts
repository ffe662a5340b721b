import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DoorKeeper } from '../../../ingest/access/door-keeper.ts'
import { doorPolicy } from '../../../ingest/access/door-policy.ts'
import { KeyRing } from '../../../ingest/access/key-ring.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { doorOf } from '../door.ts'
import { cellAsset, memoryIngest, noon, rackAsset } from '../memory-ingest.ts'

const jinan = 'key-of-jinan-0123456789'
const all = 'key-of-all-0123456789'
const keys = `
- { name: jinan, key: ${jinan}, records: [rack, parking], counties: [370100] }
- { name: reader, key: key-of-reader-0123456789, assets: false }
- { name: all, key: ${all}, any_source: true }
`
const reading = { asset_id: 'rack-1', event_time: noon, it_power_w: 4200 }

let folder: string
let ingest: ReturnType<typeof memoryIngest>
let ring: KeyRing
let door: FastifyInstance
let metrics: Metrics

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-keys-'))
  await writeFile(join(folder, 'keys.yaml'), keys)
  metrics = new Metrics('ingest')
  ingest = memoryIngest()
  ring = new KeyRing({ path: join(folder, 'keys.yaml'), log: createLog('test', 'silent'), metrics })
  await ring.start()
  door = await doorOf(ingest, { keeper: new DoorKeeper(ring, ingest.clock), metrics })
  await ingest.intake.assets([rackAsset, { ...rackAsset, asset_id: 'rack-2', county: '370202' }, cellAsset])
  ingest.sent.length = 0
})
afterEach(async () => {
  await door.close()
  await ring.stop()
  await rm(folder, { recursive: true })
})

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const post = (url: string, payload: unknown, headers: Record<string, string>) =>
  door.inject({
    method: 'POST',
    url,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('a door with keys', () => {
  it.each([
    ['no key', {}, 401, 'key_missing'],
    ['an unknown key', bearer('no-such-key-0123456789'), 401, 'key_unknown'],
    ['another scheme', { authorization: `Basic ${jinan}` }, 401, 'key_missing'],
    ['a key', bearer(jinan), 202, undefined],
    ['a key in the other header', { 'x-api-key': jinan }, 202, undefined],
  ])('%s', async (_what, headers, status, code) => {
    const response = await post('/v1/telemetry/rack', [reading], headers)
    expect([response.statusCode, response.json().code]).toEqual([status, code])
    expect(response.headers['www-authenticate']).toBe(
      status === 401 ? 'Bearer realm="citybrain ingest"' : undefined,
    )
    expect(ingest.sent).toHaveLength(status === 202 ? 1 : 0)
  })

  it('bounds attempts of an address, counts them, and lets a good key in all the same', async () => {
    const statuses = []
    for (let i = 0; i < 61; i++)
      statuses.push((await post('/v1/assets', [], bearer(`wrong-${i}`))).statusCode)
    expect(statuses).toEqual([...Array(60).fill(401), 429])
    expect((await post('/v1/assets', [], bearer(jinan))).statusCode).toBe(202)
    ingest.clock.advance(60_000)
    expect((await post('/v1/assets', [], {})).statusCode).toBe(401)
    const text = await metrics.registry.metrics()
    expect(text).toContain('citybrain_ingest_refused_requests_total{code="key_unknown"} 60')
    expect(text).toContain('citybrain_ingest_refused_requests_total{code="too_many_requests"} 1')
  })

  it('keeps a key to its records and counties; what it may not send is a dead letter of its name', async () => {
    expect((await post('/v1/telemetry/radio_pm', [], bearer(jinan))).json()).toMatchObject({
      status: 403,
      code: 'forbidden_record',
    })
    const items = [
      reading,
      { ...reading, asset_id: 'rack-2', it_power_w: -1 },
      { ...reading, asset_id: 'nobody' },
      { ...reading, source: 'all' },
      { ...reading, source: 'gateway 7' },
    ]
    const response = await post('/v1/telemetry/rack', items, bearer(jinan))
    const rejected = response.json().rejected.map(({ index, code }: Record<string, unknown>) => [index, code])
    expect(rejected).toEqual([
      [1, 'forbidden_asset'],
      [2, 'unknown_asset'],
      [3, 'forbidden_source'],
    ])
    expect(ingest.sent.map(({ topic, value }) => [topic, value.source])).toEqual([
      ['telemetry.rack', 'jinan'],
      ['telemetry.rejected', 'jinan'],
      ['telemetry.rejected', 'jinan'],
      ['telemetry.rejected', 'jinan'],
      ['telemetry.rack', 'gateway 7'],
    ])
    await post('/v1/telemetry/rack', [{ ...reading, source: 'jinan' }], bearer(all))
    expect(ingest.sent.at(-1)).toMatchObject({ topic: 'telemetry.rack', value: { source: 'jinan' } })
  })

  it('lets a key register within its counties only, and move neither out of nor into them', async () => {
    const there = { ...rackAsset, asset_id: 'rack-2', county: '370202' }
    const items = [
      { ...rackAsset, name: 'renamed' },
      { ...rackAsset, asset_id: 'new', county: '370202' },
      { ...there, county: '370102' },
      { ...rackAsset, county: '370202' },
      { ...cellAsset, county: '370102' },
    ]
    const response = await post('/v1/assets', items, bearer(jinan))
    expect(response.json()).toMatchObject({ accepted: 1 })
    expect(response.json().rejected.map(({ index }: { index: number }) => index)).toEqual([1, 2, 3, 4])
    expect(new Set(response.json().rejected.map(({ code }: { code: string }) => code))).toEqual(
      new Set(['forbidden_asset']),
    )
    expect(ingest.sent.map(({ key }) => key)).toEqual(['rack-1'])
    const reader = await post('/v1/assets', items, bearer('key-of-reader-0123456789'))
    expect(reader.json()).toMatchObject({ status: 403, code: 'forbidden_assets' })
  })

  it('follows its file, and keeps what it had where the file is wrong', async () => {
    const status = async (key: string) => (await post('/v1/assets', [], bearer(key))).statusCode
    await writeFile(join(folder, 'keys.yaml'), '- { name: x, key: short }')
    await ring.look()
    expect(await status(jinan)).toBe(202)
    expect(await metrics.registry.metrics()).toContain('citybrain_ingest_key_file_failures_total 1')
    await writeFile(join(folder, 'keys.yaml'), `- { name: all, key: ${all} }`)
    await ring.look()
    expect([await status(jinan), await status(all)]).toEqual([401, 202])
  })
})

describe('doorPolicy', () => {
  const config = (ingestHost: string, ingestKeys = '', ingestOpen: 'yes' | 'no' = 'no') => ({
    ...{ ingestHost, ingestKeys, ingestOpen },
  })
  it('needs keys, or a word that the door is open, where others reach it', () => {
    expect(doorPolicy(config('127.0.0.1'))).toBe('open')
    expect(doorPolicy(config('127.0.0.1', 'keys.yaml'))).toBe('keys')
    expect(doorPolicy(config('0.0.0.0', 'keys.yaml'))).toBe('keys')
    expect(doorPolicy(config('0.0.0.0', '', 'yes'))).toBe('open')
    expect(() => doorPolicy(config('0.0.0.0'))).toThrow(/INGEST_KEYS.*INGEST_OPEN=yes/)
    expect(() => doorPolicy(config('::'))).toThrow(/INGEST_HOST :: is not loopback/)
    expect(() => doorPolicy(config('0.0.0.0', 'keys.yaml', 'yes'))).toThrow('contradict')
  })
})

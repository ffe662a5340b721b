import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BatchIntake } from '../../../../ingest/intake.ts'
import type { HttpDoorOptions } from '../../../../ingest/sources/http/http-door.ts'
import { CodedError } from '../../../../platform/errors.ts'
import { Metrics } from '../../../../platform/metrics.ts'
import { doorOf } from '../../door.ts'
import { memoryIngest, noon, rackAsset } from '../../memory-ingest.ts'

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson; charset=utf-8' }
const reading = { asset_id: 'rack-1', event_time: noon, it_power_w: 4200 }

const packings = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const

let ingest: ReturnType<typeof memoryIngest>
let door: FastifyInstance

const open = (options: Partial<HttpDoorOptions> = {}) => doorOf(ingest, options)

const post = (url: string, payload: string | Buffer, headers: Record<string, string> = json) =>
  door.inject({ method: 'POST', url, payload, headers })

beforeEach(async () => {
  ingest = memoryIngest()
  door = await open()
  await ingest.intake.assets([rackAsset])
  ingest.sent.length = 0
})
afterEach(() => door.close())

describe('POST /v1/telemetry/{record}', () => {
  it.each([
    ['an object', JSON.stringify(reading), json, 1],
    ['an array', JSON.stringify([reading, reading]), json, 2],
    ['lines', `${JSON.stringify(reading)}\r\n\n${JSON.stringify(reading)}`, ndjson, 2],
    ['an empty array', '[]', json, 0],
  ])('takes %s', async (_what, body, headers, accepted) => {
    const response = await post('/v1/telemetry/rack', body, headers)
    expect(response.statusCode).toBe(202)
    expect(response.json()).toEqual({ accepted, rejected: [] })
    expect(ingest.sent).toHaveLength(accepted)
  })

  it('keeps no dead letters for a sender that asks so', async () => {
    const body = JSON.stringify([reading, { ...reading, asset_id: 'nobody' }])
    const answers = []
    for (const policy of ['none', 'keep', 'maybe']) {
      const response = await post('/v1/telemetry/rack', body, { ...json, 'citybrain-dead-letters': policy })
      answers.push([response.statusCode, ingest.sent.splice(0).map(({ topic }) => topic)])
    }
    expect(answers).toEqual([
      [202, ['telemetry.rack']],
      [202, ['telemetry.rack', 'telemetry.rejected']],
      [400, []],
    ])
  })

  it.each(packings)('takes %s', async (encoding, compress) => {
    const headers = { ...json, 'content-encoding': encoding }
    const response = await post('/v1/telemetry/rack', compress(JSON.stringify([reading])), headers)
    expect(response.json()).toEqual({ accepted: 1, rejected: [] })
  })

  it('refuses a line that is not JSON by itself, and keeps it', async () => {
    const response = await post('/v1/telemetry/rack', `${JSON.stringify(reading)}\n{"asset_id":\n`, ndjson)
    expect(response.statusCode).toBe(202)
    expect(response.json()).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'malformed_json' }] })
    expect(ingest.sent[1]!.value).toMatchObject({ code: 'malformed_json', payload: '{"asset_id":' })
  })
})

describe('an answer', () => {
  it('is 422 where nothing was accepted, and says what of each item as one of 202 does', async () => {
    const items = [{ ...reading, asset_id: 'nobody' }, 5]
    const rejected = [
      { index: 0, code: 'unknown_asset', message: 'asset_id: "nobody" is not registered' },
      { index: 1, code: 'not_an_object', message: 'expected an object, got 5' },
    ]
    const response = await post('/v1/telemetry/rack', JSON.stringify(items))
    expect(response.statusCode).toBe(422)
    expect(response.headers['content-type']).toContain('application/problem+json')
    const detail = 'all 2 items were refused, the first: unknown_asset, asset_id: "nobody" is not registered'
    expect(response.json()).toMatchObject({
      status: 422,
      code: 'nothing_accepted',
      detail,
      accepted: 0,
      rejected,
    })
    expect(ingest.sent.map(({ topic }) => topic)).toEqual(['telemetry.rejected', 'telemetry.rejected'])
    expect((await post('/v1/telemetry/rack', JSON.stringify([...items, reading]))).statusCode).toBe(202)
    expect((await post('/v1/assets', '[{"asset_id":"x"}]')).json()).toMatchObject({
      status: 422,
      accepted: 0,
    })
    expect((await post('/v1/assets', '[]')).statusCode).toBe(202)
  })

  it('names fields that are not stored, of readings and of assets', async () => {
    const misspelt = await post(
      '/v1/telemetry/rack',
      JSON.stringify({ ...reading, inlet_tmp_c: 20, county: '370102' }),
    )
    expect(misspelt.json()).toEqual({ accepted: 1, rejected: [], ignored_fields: ['inlet_tmp_c'] })
    const asset = { ...rackAsset, asset_id: 'rack-9', updated_at: 1, latitude: 36.6, capasity: 3 }
    const answer = await post('/v1/assets', JSON.stringify([asset, { ...asset, kind: 'boat', mast: 1 }]))
    expect(answer.json()).toMatchObject({ accepted: 1, ignored_fields: ['capasity', 'latitude'] })
  })
})

describe('problems', () => {
  const bomb = gzipSync(Buffer.alloc(200_000, ' '))
  it.each([
    [400, 'malformed_json', '/v1/telemetry/rack', '', json],
    [400, 'malformed_json', '/v1/assets', '{"a"', json],
    [400, 'not_items', '/v1/assets', '17', json],
    [400, 'malformed_encoding', '/v1/telemetry/rack', 'plain', { ...json, 'content-encoding': 'gzip' }],
    [404, 'unknown_record', '/v1/telemetry/car', '{}', json],
    [404, 'not_found', '/v2/telemetry/rack', '{}', json],
    [413, 'body_too_large', '/v1/telemetry/rack', `"${'x'.repeat(10_000)}"`, json],
    [413, 'body_too_large', '/v1/telemetry/rack', bomb, { ...json, 'content-encoding': 'gzip' }],
    [415, 'unsupported_media_type', '/v1/telemetry/rack', 'a=b', { 'content-type': 'text/csv' }],
    [
      415,
      'unsupported_media_type',
      '/v1/telemetry/rack',
      '{}',
      { 'content-type': 'application/json; charset=gbk' },
    ],
    [415, 'unsupported_media_type', '/v1/telemetry/rack', '{}', { 'content-type': 'json' }],
    [415, 'unsupported_encoding', '/v1/telemetry/rack', '{}', { ...json, 'content-encoding': 'lzma' }],
    [413, 'too_many_items', '/v1/telemetry/rack', `[${Array(3_001).fill(0).join(',')}]`, json],
    [413, 'too_many_items', '/v1/telemetry/rack', '0\n'.repeat(3_001), ndjson],
    [413, 'too_many_items', '/v1/assets', `[${Array(3_001).fill(0).join(',')}]`, json],
  ])('%i %s', async (status, code, url, body, headers) => {
    const response = await post(url, body, headers)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(response.json()).toMatchObject({ status, code, type: `urn:citybrain:problem:${code}` })
    expect(response.statusCode).toBe(status)
    expect(ingest.sent).toEqual([])
  })

  it.each([
    ['GET', '/v1/telemetry/rack'],
    ['PUT', '/v1/telemetry/rack/'],
    ['DELETE', '/v1/assets'],
    ['PATCH', '/v1/assets?x=1'],
  ] as const)('405 and what there is instead: %s %s', async (method, url) => {
    const response = await door.inject({
      method,
      url,
      ...(method === 'GET' ? {} : { payload: '{}', headers: json }),
    })
    expect(response.json()).toMatchObject({ status: 405, code: 'method_not_allowed' })
    expect(response.headers.allow).toBe('POST')
  })

  it('lists what is taken where something else came', async () => {
    for (const contentType of ['text/csv', 'application/json; charset=gb18030', '']) {
      const response = await post('/v1/telemetry/rack', '{}', { 'content-type': contentType })
      expect(response.json().detail).toContain('use one of application/json, application/x-ndjson, ')
    }
    for (const charset of ['utf-8', '"UTF-8"', 'utf8']) {
      const response = await post('/v1/telemetry/rack', '[]', {
        'content-type': `application/json; charset=${charset}`,
      })
      expect(response.statusCode).toBe(202)
    }
  })

  it('lists the record types when there is no such', async () => {
    expect((await post('/v1/telemetry/car', '{}')).json().detail).toContain('radio_pm, radio_alarm, rack')
  })

  it('says 503 and when to come back while Kafka does not acknowledge', async () => {
    ingest.failWith(new CodedError('broker_unavailable', 'no acknowledgement'))
    const response = await post('/v1/telemetry/rack', JSON.stringify(reading))
    expect(response.statusCode).toBe(503)
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    expect(response.json()).toMatchObject({ code: 'broker_unavailable', detail: 'no acknowledgement' })
  })

  it('says 429 to a client that asks too often', async () => {
    const strict = await open({ requestsPerMinute: 2, metrics: new Metrics('ingest') })
    const ask = () =>
      strict.inject({ method: 'POST', url: '/v1/telemetry/rack', payload: '[]', headers: json })
    expect((await ask()).statusCode).toBe(202)
    expect((await ask()).statusCode).toBe(202)
    const refused = await ask()
    expect(refused.statusCode).toBe(429)
    expect(refused.json()).toMatchObject({ code: 'too_many_requests' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    await strict.close()
  })

  it('says 503 while too much is in flight, and takes more when it has gone', async () => {
    const entered = Promise.withResolvers<void>()
    const acknowledged = Promise.withResolvers<void>()
    const slow: BatchIntake = {
      assetBatch: (...args) => ingest.intake.assetBatch(...args),
      readingBatch: () => ({
        add: () => 0,
        send: async () => {
          entered.resolve()
          await acknowledged.promise
          return { accepted: 0, rejected: [] }
        },
      }),
    }
    const narrow = await open({ intake: slow, maxInFlightBytes: 40, metrics: new Metrics('ingest') })
    const payload = `[${' '.repeat(30)}]`
    const ask = async () =>
      narrow.inject({ method: 'POST', url: '/v1/telemetry/rack', payload, headers: json })
    const first = ask()
    await entered.promise
    const second = await ask()
    expect(second.statusCode).toBe(503)
    expect(second.json()).toMatchObject({ code: 'overloaded' })
    acknowledged.resolve()
    expect((await first).statusCode).toBe(202)
    expect((await ask()).statusCode).toBe(202)
    await narrow.close()
  })

  it('says 413 where few bytes would become many, whatever they are packed with', async () => {
    const wide = await open({ maxDecompressedBytes: 64 << 20, metrics: new Metrics('ingest') })
    for (const [encoding, compress] of packings) {
      const payload = compress(Buffer.alloc(8 << 20, '\n'))
      const headers = { ...ndjson, 'content-encoding': encoding }
      const refused = await wide.inject({ method: 'POST', url: '/v1/telemetry/rack', payload, headers })
      expect(refused.json()).toMatchObject({ code: 'body_too_large' })
    }
    await wide.close()
  })

  it('lists a thousand rejections, counts all of them by code, and keeps all of them', async () => {
    const body = `${'0\n'.repeat(1_400)}${'{"a":\n'.repeat(200)}${JSON.stringify(reading)}`
    const response = await post('/v1/telemetry/rack', body, ndjson)
    const { rejected, ...counts } = response.json()
    expect(rejected).toHaveLength(1_000)
    expect(counts).toEqual({
      accepted: 1,
      rejected_total: 1_600,
      rejected_by_code: { not_an_object: 1_400, malformed_json: 200 },
    })
    expect(ingest.sent).toHaveLength(1_601)
  })

  it('refuses an item that is nested too deeply to be written down by itself', async () => {
    const deep = `${'['.repeat(4_000)}${']'.repeat(4_000)}`
    const narrow = `{"asset_id":"rack-1","event_time":${noon},"it_power_w":${deep}}`
    const response = await post('/v1/telemetry/rack', `[${narrow},${JSON.stringify(reading)}]`)
    expect(response.json()).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'field_type' }] })
  })

  it('drops what a sender left behind who has gone, and counts it', async () => {
    const metrics = new Metrics('ingest')
    const added = Promise.withResolvers<void>()
    const dropped = Promise.withResolvers<unknown>()
    const slow: BatchIntake = {
      assetBatch: (...args) => ingest.intake.assetBatch(...args),
      readingBatch: () => ({
        add: () => 0,
        send: signal => {
          added.resolve()
          return new Promise((_resolve, reject) =>
            signal?.addEventListener('abort', () => {
              dropped.resolve(signal.reason)
              reject(signal.reason)
            }),
          )
        },
      }),
    }
    const real = await open({ intake: slow, metrics })
    const url = await real.listen({ host: '127.0.0.1', port: 0 })
    const leaving = new AbortController()
    const { signal } = leaving
    const asked = fetch(`${url}/v1/telemetry/rack`, { method: 'POST', headers: json, body: '[{}]', signal })
    await added.promise
    leaving.abort()
    await expect(asked).rejects.toThrow()
    expect(await dropped.promise).toMatchObject({ code: 'sender_left' })
    await expect
      .poll(() => metrics.registry.metrics(), { timeout: 20_000 })
      .toContain('citybrain_ingest_refused_requests_total{code="sender_left"} 1')
    expect(await metrics.registry.metrics()).toContain('citybrain_ingest_in_flight_bytes 0')
    await real.close()
  })
})

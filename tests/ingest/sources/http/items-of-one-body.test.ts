import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Metrics } from '../../../../platform/metrics.ts'
import { doorOf } from '../../door.ts'
import { memoryIngest, noon, rackAsset } from '../../memory-ingest.ts'

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const reading = { asset_id: 'rack-1', event_time: noon, it_power_w: 4200 }

let ingest: ReturnType<typeof memoryIngest>
let door: FastifyInstance

const post = (url: string, payload: string | Buffer, headers: Record<string, string> = json) =>
  door.inject({ method: 'POST', url, payload, headers })

beforeEach(async () => {
  ingest = memoryIngest()
  door = await doorOf(ingest)
  await ingest.intake.assets([rackAsset])
  ingest.sent.length = 0
})
afterEach(() => door.close())

describe('items of one body', () => {
  const good = JSON.stringify(reading)
  const kept = () =>
    ingest.sent.filter(({ topic }) => topic === 'telemetry.rejected').map(({ value }) => value)

  it.each([
    ['NaN', `[${good},{"asset_id":"rack-1","event_time":${noon},"it_power_w":NaN},${good}]`, 1],
    ['Infinity', `[{"asset_id":"rack-1","event_time":${noon},"it_power_w":-Infinity},${good},${good}]`, 0],
    ['a comma at the end of an object', `[${good},{"asset_id":"rack-1",},${good}]`, 1],
    ['a comma at the end', `[${good},${good},]`, 2],
    ['an end too early', `[${good},${good},{"asset_id":"ra`, 2],
  ])('are taken though there is %s among them', async (_what, body, index) => {
    const response = await post('/v1/telemetry/rack', body)
    expect(response.statusCode).toBe(202)
    expect(response.json()).toMatchObject({ accepted: 2, rejected: [{ index, code: 'malformed_json' }] })
    expect(kept()).toEqual([expect.objectContaining({ record: 'rack', code: 'malformed_json' })])
    expect(body).toContain(kept()[0]!.payload)
  })

  it('are taken though one is too large, of which the beginning is kept', async () => {
    const wide = await doorOf(ingest, {
      maxBodyBytes: 1 << 20,
      maxDecompressedBytes: 1 << 20,
      metrics: new Metrics('ingest'),
    })
    const large = JSON.stringify({ ...reading, note: 'y'.repeat(300_000) })
    for (const [body, headers] of [
      [`[${good},${large},${good}]`, json],
      [[good, large, good].join('\n'), ndjson],
    ] as const) {
      ingest.sent.length = 0
      const response = await wide.inject({
        method: 'POST',
        url: '/v1/telemetry/rack',
        payload: body,
        headers,
      })
      expect(response.json()).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'item_too_large' }] })
      expect(kept()).toMatchObject([{ code: 'item_too_large', payload: large.slice(0, 65_536) }])
    }
    await wide.close()
  })

  it('are taken though the bytes of one are of another encoding; those are kept', async () => {
    const gbk = Buffer.concat([
      Buffer.from(`{"asset_id":"rack-1","event_time":${noon},"it_power_w":1,"source":"`),
      Buffer.from('bcc3c4cf', 'hex'),
      Buffer.from('"}'),
    ])
    const body = Buffer.concat([Buffer.from(`[${good},`), gbk, Buffer.from(`,${good}]`)])
    const response = await post('/v1/telemetry/rack', body)
    expect(response.json()).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'not_utf8' }] })
    expect(Buffer.from(String(kept()[0]!.payload), 'latin1')).toEqual(gbk)
  })

  it('are refused where a text has half of a character', async () => {
    const response = await post(
      '/v1/telemetry/rack',
      `[${good},{"asset_id":"rack-1","event_time":${noon},"it_power_w":1,"source":"\\ud83d"}]`,
    )
    expect(response.json()).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'not_utf8' }] })
    const asset = { ...rackAsset, asset_id: 'rack-2', name: '\ud83d' }
    const answer = await post('/v1/assets', JSON.stringify([asset]))
    expect(answer.json()).toMatchObject({ accepted: 0, rejected: [{ index: 0, code: 'not_utf8' }] })
  })

  it('are taken though one cannot be written down, nor what was sent', async () => {
    ingest.failToEncode('poison')
    const response = await post(
      '/v1/telemetry/rack',
      JSON.stringify([reading, { ...reading, source: 'poison' }, reading]),
    )
    expect(response.json()).toEqual({
      accepted: 2,
      rejected: [{ index: 1, code: 'not_encodable', message: 'cannot be encoded' }],
    })
  })

  it('are registered though one cannot be read, or not be written down', async () => {
    ingest.failToEncode('poison')
    const asset = (id: string) => JSON.stringify({ ...rackAsset, asset_id: id })
    const response = await post(
      '/v1/assets',
      `[${asset('rack-2')},{"asset_id":NaN},${asset('poison')},${asset('rack-3')}]`,
    )
    expect(response.json()).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, code: 'malformed_json' },
        { index: 2, code: 'not_encodable' },
      ],
    })
    expect(
      (await post('/v1/telemetry/rack', JSON.stringify({ ...reading, asset_id: 'rack-3' }))).json(),
    ).toMatchObject({ accepted: 1 })
  })

  it.each([
    ['an array', `[${good}]`, json],
    ['an object', good, json],
    ['lines', good, ndjson],
  ])('are %s behind a byte order mark', async (_what, body, headers) => {
    expect((await post('/v1/telemetry/rack', `\uFEFF${body}`, headers)).json()).toEqual({
      accepted: 1,
      rejected: [],
    })
  })

  it.each([
    ['an object that is not JSON', '{"a"', 'malformed_json', 'malformed_json'],
    [
      'an object with NaN',
      `{"asset_id":"rack-1","event_time":${noon},"it_power_w":NaN}`,
      'malformed_json',
      'malformed_json',
    ],
    ['no object', '17', 'not_items', 'not_an_object'],
  ])('are kept as one where there are none: %s', async (_what, body, code, keptCode) => {
    const response = await post('/v1/telemetry/rack', body)
    expect(response.json()).toMatchObject({ status: 400, code })
    expect(kept()).toMatchObject([{ code: keptCode, payload: body }])
    expect(ingest.sent).toHaveLength(1)
  })
})

import { describe, expect, it, test } from 'vitest'
import { Metrics } from '../../../platform/metrics.ts'
import { app } from '../app.ts'

test.each([
  ['/v1/kpis/latest?region=999999', 400, 'unknown_region'],
  ['/v1/kpis/latest?kpi=weather.*', 404, 'unknown_kpi'],
  ['/v1/kpis/latest?depth=deep', 400, 'invalid_request'],
  ['/v1/kpis/latest?regions=370100', 400, 'invalid_request'],
  ['/v1/kpis/weather.rain/series', 404, 'unknown_kpi'],
  ['/v1/kpis/radio.coverage_pct/series?region=1', 400, 'unknown_region'],
  ['/v1/kpis/radio.coverage_pct/series?from=yesterday', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/series?step=1w', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/series?from=0', 400, 'range_too_long'],
  ['/v1/kpis/radio.coverage_pct/series', 503, 'history_unavailable'],
  ['/v1/kpis/weather.rain/revisions?window_start=0', 404, 'unknown_kpi'],
  ['/v1/kpis/radio.coverage_pct/revisions', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/revisions?window_start=noon', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/revisions?window_start=0&region=1', 400, 'unknown_region'],
  ['/v1/kpis/radio.coverage_pct/revisions?window_start=0&revision=1', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/revisions?window_start=0', 503, 'history_unavailable'],
  ['/v1/kpis/weather.rain/lineage?window_start=0', 404, 'unknown_kpi'],
  ['/v1/kpis/radio.coverage_pct/lineage', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/lineage?window_start=2026-06-01T11:00:00', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/lineage?window_start=0&region=371200', 400, 'unknown_region'],
  ['/v1/kpis/radio.coverage_pct/lineage?window_start=0&region=370000&region=370100', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/lineage?window_start=0&revision=0', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/lineage?window_start=0&readings=1001', 400, 'invalid_request'],
  ['/v1/kpis/radio.coverage_pct/lineage?window_start=0', 503, 'history_unavailable'],
  ['/v1/kpis/radio.coverage_pct/provenance', 404, 'not_found'],
  ['/v1/weather', 404, 'not_found'],
  ['/v1/stream', 426, 'upgrade_required'],
])('%s is a problem: %i %s', async (url, status, code) => {
  const answer = await (await app()).inject(url)
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.json()).toMatchObject({
    type: 'about:blank',
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
  })
  if (status === 503) expect(answer.headers['retry-after']).toBe('5')
})

test.each(['text/plain', 'application/x-www-form-urlencoded', undefined])(
  'a body of type %s, as a page may send it anywhere, is not looked at',
  async type => {
    const answer = await (await app()).inject({
      method: 'POST',
      url: '/v1/silences',
      payload: Buffer.from('{}'),
      headers: type === undefined ? {} : { 'content-type': type },
    })
    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ code: 'unsupported_media_type', hint: 'send application/json' })
  },
)

test('a stranger gets nothing of /v1, whether it is there or not', async () => {
  const api = await app()
  const lineage = '/v1/kpis/parking.occupancy_pct/lineage?window_start=0'
  const urls = ['/v1/regions', '/v1/kpis/latest', '/v1/stream', '/v1/health/data', lineage]
  for (const url of urls) {
    const answer = await api.inject({ url, remoteAddress: '10.1.2.3' })
    expect(answer.statusCode).toBe(401)
    expect(answer.json().code).toBe('unauthorized')
  }
  const off = await app({ anonymous: 'off' })
  expect((await off.inject('/v1/regions')).statusCode).toBe(401)
})

test('answers are measured by route, not by address', async () => {
  const metrics = new Metrics('api')
  const api = await app({ metrics })
  await api.inject('/v1/kpis/weather.rain/series')
  await api.inject('/v1/kpis/weather.snow/series')
  expect(await metrics.registry.metrics()).toContain(
    'citybrain_api_rest_seconds_count{route="/v1/kpis/:kpi/series",status="404"} 2',
  )
})

describe('a JSON body', () => {
  const gbk = Buffer.concat([Buffer.from('{"comment":"'), Buffer.from('bcc3c4cf', 'hex'), Buffer.from('"}')])
  const json = 'application/json'
  it.each([
    [400, 'invalid_request', 'not UTF-8', json, gbk],
    [400, 'invalid_request', 'half of a character', json, Buffer.from('{"comment":"\\ud83d"}')],
    [400, 'invalid_request', 'half of a character', json, Buffer.from('{"a":{"\\udc00":[1]}}')],
    [415, 'unsupported_media_type', 'charset=gbk', `${json}; charset=gbk`, gbk],
    // It has been read, and something else is wrong.
    [403, 'forbidden_role', 'operator', json, Buffer.from('\uFEFF{"comment":"\\ud83d\\ude00"}')],
    [403, 'forbidden_role', 'operator', `${json}; charset="UTF-8"`, Buffer.from('{"comment":"济南"}')],
  ])('is UTF-8 or refused: %i %s, %s', async (status, code, detail, type, payload) => {
    const headers = { 'content-type': type }
    const answer = await (await app()).inject({ method: 'POST', url: '/v1/silences', payload, headers })
    expect(answer.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) })
  })
})

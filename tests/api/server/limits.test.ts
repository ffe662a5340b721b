import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type AppOptions, app } from '../app.ts'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const api of opened.splice(0)) await api.close()
})

async function open(options: AppOptions = {}) {
  const api = await app(options)
  opened.push(api)
  return api
}

test('one client may ask so often in a minute, and is told when again', async () => {
  const api = await open({ requestsPerMinute: 3 })
  for (let n = 0; n < 3; n++) expect((await api.inject('/v1/regions')).statusCode).toBe(200)
  const refused = await api.inject('/v1/kpis')
  expect(refused.statusCode).toBe(429)
  expect(refused.json()).toMatchObject({ code: 'rate_limited', status: 429 })
  expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
  const other = await api.inject({ url: '/v1/regions', remoteAddress: '127.0.0.2' })
  expect(other.statusCode).toBe(200)
  expect((await api.inject('/docs/json')).statusCode).toBe(200)
})

test.each([
  ['POST', '/v1/regions', 'GET, HEAD'],
  ['DELETE', '/v1/kpis/parking.occupancy_pct/series', 'GET, HEAD'],
  ['HEAD', '/v1/export', 'GET'],
  ['OPTIONS', '/v1/exports/12345678', 'GET, HEAD'],
  ['PUT', '/asyncapi.json', 'GET, HEAD'],
] as const)('%s %s is refused, and told what there is', async (method, url, allow) => {
  const answer = await (await open()).inject({ method, url })
  expect(answer.statusCode).toBe(405)
  expect(answer.headers.allow).toBe(allow)
  if (method !== 'HEAD') expect(answer.json()).toMatchObject({ code: 'method_not_allowed' })
})

test('what is malformed or too large before any route is a problem too', async () => {
  const api = await open()
  const bad = await api.inject('/v1/kpis/%E0%A4%A/series')
  expect([bad.statusCode, bad.json().code]).toEqual([400, 'invalid_request'])
  await api.listen({ host: '127.0.0.1', port: 0 })
  const { port } = api.server.address() as AddressInfo
  const say = async (text: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(text)
    let answer = ''
    socket.on('data', data => {
      answer += data
    })
    await once(socket, 'close')
    return answer
  }
  const long = await say(`GET /v1/regions?x=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)
  expect(long).toMatch(/^HTTP\/1\.1 431 .*\r\ncontent-type: application\/problem\+json/)
  expect(long).toContain('"code":"headers_too_large"')
  expect(await say('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/)
})

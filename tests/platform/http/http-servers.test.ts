import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HttpServers } from '../../../platform/http/http-servers.ts'
import { Metrics } from '../../../platform/metrics.ts'

let metrics: Metrics
let server: Server
let asked: string[]

beforeEach(async () => {
  metrics = new Metrics('test')
  asked = []
  const servers = new HttpServers([], metrics)
  server = servers.create(
    (request, response) => {
      asked.push(`${request.method} ${request.url}`)
      request.resume().on('end', () => response.end('served'))
    },
    { host: '127.0.0.1', maxConnections: 3 },
  )
  server.on('upgrade', (request, socket) => {
    asked.push(`upgrade ${request.url}`)
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function dial(): Socket {
  return connect((server.address() as AddressInfo).port, '127.0.0.1')
}

/** What the server says to these bytes, until it closes. */
function said(bytes: string): Promise<string> {
  const socket = dial()
  socket.end(bytes)
  return text(socket)
}

const head = (line: string, ...headers: string[]) => `${[line, ...headers].join('\r\n')}\r\n\r\n`

async function refused(): Promise<Record<string, number>> {
  const { values } = (await metrics.registry.getSingleMetric('citybrain_test_http_refused_total')?.get()) ?? {
    values: [],
  }
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.code), value]))
}

test('an expectation that nobody can meet is refused in words', async () => {
  const answer = await said(
    head('POST /a HTTP/1.1', 'Host: localhost', 'Expect: 200-ok', 'Content-Length: 0'),
  )
  expect(answer).toMatch(/^HTTP\/1\.1 417 /)
  expect(answer).toContain('application/problem+json')
  expect(answer).toContain('"code":"expectation_failed"')
  expect(asked).toEqual([])
  expect(await refused()).toEqual({ expectation_failed: 1 })
  const goesOn = head(
    'POST /b HTTP/1.1',
    'Host: localhost',
    'Expect: 100-continue',
    'Content-Length: 0',
    'Connection: close',
  )
  expect(await said(goesOn)).toContain('served')
})

test('serves what is meant for it', async () => {
  expect(await said(head('GET /a HTTP/1.1', 'Host: localhost', 'Connection: close'))).toContain('served')
  expect(asked).toEqual(['GET /a'])
  expect(await refused()).toEqual({})
})

test.each([
  ['a foreign host', '421', 'foreign_host', head('GET /a HTTP/1.1', 'Host: evil.example')],
  ['two hosts', '400', 'ambiguous_request', head('GET /a HTTP/1.1', 'Host: localhost', 'Host: localhost')],
  [
    'a body that waits for leave',
    '403',
    'foreign_origin',
    head('POST /a HTTP/1.1', 'Host: localhost', 'Origin: null', 'Expect: 100-continue', 'Content-Length: 3'),
  ],
  [
    'another protocol',
    '403',
    'foreign_origin',
    head(
      'GET /a HTTP/1.1',
      'Host: localhost',
      'Origin: http://evil.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
    ),
  ],
  ['what is not HTTP', '400', 'invalid_request', 'hello\r\n\r\n'],
  ['no host', '421', 'foreign_host', head('GET /a HTTP/1.1')],
  [
    'a long head',
    '431',
    'headers_too_large',
    head('GET /a HTTP/1.1', 'Host: localhost', `X: ${'x'.repeat(20_000)}`),
  ],
])('refuses %s with %s before anybody looks', async (_what, status, code, bytes) => {
  const answer = await said(bytes)
  expect(answer).toContain(`HTTP/1.1 ${status} `)
  expect(answer).toMatch(/content-type: application\/problem\+json/i)
  expect(answer.toLowerCase()).toContain('connection: close')
  expect(answer).toContain(`"code":"${code}"`)
  expect(asked).toEqual([])
  expect(await refused()).toEqual({ [code]: 1 })
})

test('closes connections beyond its number, and takes new ones when there is room', async () => {
  const held = [dial(), dial(), dial()]
  await Promise.all(held.map(socket => once(socket, 'connect')))
  await expect
    .poll(async () => {
      const further = dial()
      further.on('error', () => undefined)
      await once(further, 'close')
      return (await refused()).too_many_connections ?? 0
    })
    .toBeGreaterThan(0)
  for (const socket of held) socket.destroy()
  await expect
    .poll(() =>
      said(head('GET /b HTTP/1.1', 'Host: localhost', 'Connection: close')).catch(() => 'not served'),
    )
    .toContain('served')
})

test.each([
  ['head', 'POST /a HTTP/1.1\r\nHost: localhost\r\n'],
  ['body', head('POST /a HTTP/1.1', 'Host: localhost', 'Content-Length: 1000')],
])('answers 408 to a %s that trickles', async (_what, begun) => {
  const slow = new HttpServers([], new Metrics('slow')).create(
    (request, response) => request.on('end', () => response.end()),
    {
      host: '127.0.0.1',
      maxConnections: 10,
      requestMs: 300,
    },
  )
  await once(slow.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((slow.address() as AddressInfo).port, '127.0.0.1')
  socket.write(begun)
  const drops = setInterval(() => socket.write('x'), 50)
  expect(await text(socket)).toContain('HTTP/1.1 408 ')
  clearInterval(drops)
  slow.close()
})

test('bounds how long heads and bodies take, and how long nothing moves', () => {
  expect(server).toMatchObject({ headersTimeout: 30_000, requestTimeout: 30_000, timeout: 180_000 })
})

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { DoorRing } from './door-ring.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})

async function door(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

const post = { path: '/v1/telemetry/rack', contentType: 'application/json', body: '[1]' }

it('posts the same again to the next door until one says 202', async () => {
  const bodies: string[] = []
  const reading =
    (answer: RequestListener): RequestListener =>
    (request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        bodies.push(body)
        answer(request, response)
      })
    }
  const resets = await door(reading(request => request.socket.destroy()))
  let refusals = 0
  const recovers = await door(
    reading((_request, response) => {
      if (refusals++ < 2) response.writeHead(503).end('away')
      else response.writeHead(202).end('{"accepted":1,"rejected":[]}')
    }),
  )
  const ring = new DoorRing([resets, recovers])
  expect(await ring.post(post)).toEqual({ accepted: 1, rejected: [] })
  expect(bodies.length).toBeGreaterThanOrEqual(4)
  expect(new Set(bodies)).toEqual(new Set(['[1]']))
  expect(ring.retried).toBe(bodies.length - 1)
})

it('takes the doors in turn', async () => {
  const calls = [0, 0]
  const doors = await Promise.all(
    [0, 1].map(number =>
      door((_request, response) => {
        calls[number]!++
        response.writeHead(202).end('{"accepted":1,"rejected":[]}')
      }),
    ),
  )
  const ring = new DoorRing(doors)
  for (let i = 0; i < 6; i++) await ring.post(post)
  expect(calls).toEqual([3, 3])
  expect(await ring.postToEach(post)).toHaveLength(2)
  expect(calls).toEqual([4, 4])
})

it('ends where the request itself is wrong', async () => {
  const url = await door((_request, response) => response.writeHead(400).end('malformed'))
  await expect(new DoorRing([url]).post(post)).rejects.toThrow('400 malformed')
})

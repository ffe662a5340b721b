import { once } from 'node:events'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DoorClient } from '../../../../ingest/sources/files/door-client.ts'

/** A door that gives these answers, one after another, and keeps what it was sent. */
async function doorWith(answers: readonly { status: number; retryAfter?: string; body?: object }[]) {
  const received: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { status, retryAfter, body = { accepted: 1, rejected: [] } } = answers[received.length]!
    received.push(gunzipSync(Buffer.concat(chunks)).toString())
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
    response.end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { client: new DoorClient(`http://127.0.0.1:${address.port}`), received, close }
}

describe('DoorClient', () => {
  it('sends the same again after 429 and 503, when it was told to', async () => {
    const answers = [{ status: 503, retryAfter: '0' }, { status: 429, retryAfter: '0' }, { status: 202 }]
    const { client, received, close } = await doorWith(answers)
    expect(await client.post('/v1/telemetry/rack', [{ a: 1 }, { b: 2 }])).toEqual({
      accepted: 1,
      rejected: [],
    })
    expect(received).toEqual(Array(3).fill('{"a":1}\n{"b":2}'))
    expect(client.retries).toBe(2)
    await close()
  })

  it('gives up at once where trying again cannot help', async () => {
    const { client, received, close } = await doorWith([{ status: 404, body: { code: 'unknown_record' } }])
    await expect(client.post('/v1/telemetry/car', [])).rejects.toMatchObject({
      code: 'door_refused',
      message: expect.stringContaining('404 {"code":"unknown_record"}'),
    })
    expect(received).toHaveLength(1)
    await close()
  })
})

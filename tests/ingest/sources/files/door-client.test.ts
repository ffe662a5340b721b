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

  it('says what to do where a key is asked for', async () => {
    const { client, close } = await doorWith([{ status: 401, body: { code: 'key_missing' } }])
    await expect(client.post('/v1/assets', [])).rejects.toMatchObject({
      hint: expect.stringContaining('set INGEST_KEY'),
    })
    await close()
  })

  it('sends what would be a large body in several, and answers as if it were one', async () => {
    const rejected = [{ index: 0, code: 'field_range', message: 'too much' }]
    const answers = [
      { status: 202, body: { accepted: 1, rejected, ignored_fields: ['ocupied'] } },
      {
        // None of the items was accepted.
        status: 422,
        body: { accepted: 0, rejected, rejected_total: 2, rejected_by_code: { unknown_asset: 2 } },
      },
    ]
    const { client, received, close } = await doorWith(answers)
    const item = (fill: string) => ({ fill: fill.repeat(900_000) })
    const answer = await client.post('/v1/telemetry/rack', [item('a'), item('b'), item('c')])
    expect(received.map(text => text.split('\n').length)).toEqual([2, 1])
    expect(answer).toEqual({
      accepted: 1,
      rejected: [rejected[0], { ...rejected[0], index: 2 }],
      rejected_by_code: { field_range: 1, unknown_asset: 2 },
      ignored_fields: ['ocupied'],
    })
    await close()
  })
})

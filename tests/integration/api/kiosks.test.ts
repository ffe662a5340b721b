import { once } from 'node:events'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { closeCodes } from '../../../schemas/protocol/close-codes.ts'
import { hs256, secret } from '../../api/access/tokens/tokens.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { StreamClient } from './stream-client.ts'

/** Two instances that share a secret and a broker, nothing else. */
let one: ApiProcess
let other: ApiProcess
const started: ApiProcess[] = []

const env = { AUTH_JWT_SECRET: secret, AUTH_ANONYMOUS: 'off' }
const admin = {
  authorization: `Bearer ${hs256({
    sub: 'wang',
    exp: Math.floor(Date.now() / 1000) + 3_600,
    regions: ['*'],
    roles: ['admin'],
  })}`,
}

async function start(): Promise<ApiProcess> {
  const api = await startApi(env)
  started.push(api)
  return api
}

beforeAll(async () => {
  ;[one, other] = await Promise.all([start(), start()])
})

afterAll(async () => {
  await Promise.all(started.map(api => api.stop()))
})

interface Given {
  readonly id: string
  readonly token: string
}

async function give(wall: string): Promise<Given> {
  const answer = await fetch(`${one.url}/v1/kiosks`, {
    method: 'POST',
    headers: { ...admin, 'content-type': 'application/json' },
    body: JSON.stringify({ wall, regions: ['370100'], days: 1 }),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Given
}

async function codeAt(api: ApiProcess, { token }: Given, wall: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'citybrain-wall': wall }
  const answer = await fetch(`${api.url}/v1/kpis/latest?region=370100`, { headers })
  const { code = 'ok' } = (await answer.json()) as { code?: string }
  return code
}

test('what one instance gives out and takes back holds on the others, and on those that start later', async () => {
  const [given, kept] = [await give('hall-1'), await give('hall-2')]
  expect(await codeAt(one, given, 'hall-1')).toBe('ok')
  await vi.waitFor(async () => expect(await codeAt(other, given, 'hall-1')).toBe('ok'), 60_000)
  await vi.waitFor(async () => expect(await codeAt(other, kept, 'hall-2')).toBe('ok'), 60_000)

  const client = new StreamClient(other.streamUrl)
  await once(client.socket, 'open')
  client.say({ type: 'hello', protocol: 1, token: given.token, wall: 'hall-1' })
  await client.next(message => message.type === 'welcome')

  const revoked = await fetch(`${one.url}/v1/kiosks/${given.id}`, { method: 'DELETE', headers: admin })
  expect(revoked.status).toBe(204)
  expect(await codeAt(one, given, 'hall-1')).toBe('kiosk_revoked')
  expect(await client.closed).toBe(closeCodes.kioskRevoked.code)
  expect(await codeAt(other, given, 'hall-1')).toBe('kiosk_revoked')

  // It knows all of them before it serves anybody.
  const later = await start()
  expect(await codeAt(later, given, 'hall-1')).toBe('kiosk_revoked')
  expect(await codeAt(later, kept, 'hall-2')).toBe('ok')
  const listed = await fetch(`${later.url}/v1/kiosks`, { headers: admin })
  const { kiosks } = (await listed.json()) as { kiosks: readonly { id: string; state: string }[] }
  expect(kiosks.find(({ id }) => id === given.id)?.state).toBe('revoked')
  expect(kiosks.find(({ id }) => id === kept.id)?.state).toBe('active')
})

import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { closeCodes } from '../../schemas/protocol/close-codes.ts'
import { hmac, hs256, type Json, otherSecret, rsa, secret, signed, token } from './access/tokens/tokens.ts'
import { type Door, doorsOf } from './doors/doors.ts'
import { type Asked, type House, openHouse } from './doors/house.ts'

// Some hundred requests each.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** The region that is asked for, and the one that the tokens of this test name where they name another. */
const region = '370100'
const elsewhere = '370200'

/** What an operation needs beyond a token of the region; whatever is not listed here speaks of a region. */
const needs: Readonly<Record<string, 'analyst' | 'operator' | 'admin'>> = {
  'GET /v1/export': 'analyst',
  'POST /v1/kiosks': 'admin',
  'GET /v1/kiosks': 'admin',
  'DELETE /v1/kiosks/{id}': 'admin',
  'POST /v1/alerts/{id}/ack': 'operator',
  'POST /v1/alerts/{id}/dispatch': 'operator',
  'POST /v1/alerts/{id}/comment': 'operator',
  'POST /v1/alerts/{id}/close': 'operator',
  'POST /v1/alerts/{id}/silence': 'operator',
  'POST /v1/silences': 'operator',
  'DELETE /v1/silences/{id}': 'operator',
}
/** They speak of no region, or only of what the viewer began: every signed-in viewer is served. */
const ofNoRegion = new Set([
  'GET /v1/regions',
  'GET /v1/kpis',
  'GET /v1/rules',
  'GET /v1/exports/{id}',
  'GET /v1/stream',
])
const provinceOnly = new Set(['GET /v1/health/data'])

const all = ['viewer', 'operator', 'analyst', 'admin']
const tried: string[] = []

let house: House
let local: House
let doors: readonly Door[]
let now: number

const claims = (change: Json = {}): Json => ({
  sub: 'li',
  exp: now + 3_600,
  regions: [region],
  roles: all,
  ...change,
})
const bearer = (text: string, more: Readonly<Record<string, string>> = {}) => ({
  authorization: `Bearer ${text}`,
  ...more,
})

async function kiosk(wall: string) {
  return house.kiosks.issue({ wall, regions: ['370000'], days: 1 }, 'wang')
}

beforeAll(async () => {
  house = await openHouse('off')
  local = await openHouse('loopback')
  doors = await doorsOf(house)
  now = Math.floor(house.wall.now() / 1000)
})

afterAll(async () => {
  await house.close()
  await local.close()
  process.stdout.write(`doors tried:\n${tried.map(line => `  ${line}\n`).join('')}`)
})

interface Refusal {
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
  readonly code: string
  readonly asked?: string
  readonly at?: House
  /** What another answer than the common one is expected of: by door. */
  readonly except?: (door: string) => { readonly status: number; readonly code: string } | undefined
}

/** Every door, with this key; each must refuse it with the same code and show nothing. */
async function tryAll(
  key: string,
  { headers, status: usual, code: usualCode, asked = region, at = house, except }: Refusal,
  which = doors,
) {
  expect(which.length).toBeGreaterThan(0)
  for (const door of which) {
    const body = door.body(asked)
    const request: Asked = { method: door.method, path: door.path(asked), headers, ...(body && { body }) }
    const answer = await at.ask(request)
    const { status, code } = except?.(door.name) ?? { status: usual, code: usualCode }
    expect({ door: door.name, status: answer.status, code: answer.code }).toEqual({
      door: door.name,
      status,
      code,
    })
    expect(answer.challenge).toBe(status === 401 ? 'Bearer' : undefined)
    expect(answer.text).not.toContain('"cells"')
    if (door.method === 'GET') {
      const head = await at.ask({ ...request, method: 'HEAD' })
      // The stream's address has no HEAD: to whom it is refused is told before that.
      expect([status, 405]).toContain(head.status)
      expect(head.text).toBe('')
    }
  }
  tried.push(`${usual} ${usualCode}: ${key}: ${which.map(door => door.name).join(', ')}`)
}

test('the list of doors is that of the api', () => {
  const names = doors.map(door => door.name)
  expect(names).toContain('GET /v1/kpis/latest')
  expect(names).toContain('GET /v1/stream')
  for (const listed of [...Object.keys(needs), ...ofNoRegion, ...provinceOnly])
    expect(names).toContain(listed)
})

test('the right key opens every door', async () => {
  for (const door of doors) {
    const asked = provinceOnly.has(door.name) ? '370000' : region
    const body = door.body(asked)
    const headers = bearer(hs256(claims({ regions: [asked] })))
    const answer = await house.ask({
      method: door.method,
      path: door.path(asked),
      headers,
      ...(body && { body }),
    })
    expect([401, 403], door.name).not.toContain(answer.status)
    tried.push(`${answer.status} ${answer.code || 'ok'}: the right token: ${door.name}`)
  }
})

describe('every door refuses', () => {
  test('nobody in particular', async () => {
    await tryAll('no token', { headers: {}, status: 401, code: 'unauthorized' })
  })

  test('nobody in particular that a proxy on this machine passes on, or that meant another host', async () => {
    const refused = { status: 401, code: 'unauthorized', at: local }
    await tryAll('no token, X-Forwarded-For', { ...refused, headers: { 'x-forwarded-for': '10.1.2.3' } })
    await tryAll('no token, Forwarded', { ...refused, headers: { forwarded: 'for=10.1.2.3' } })
    await tryAll('no token, Host elsewhere', { ...refused, headers: { host: 'wall.example' } })
    await tryAll('no token, Via', { ...refused, headers: { via: '1.1 squid' } })
    await tryAll('no token, X-Real-IP', { ...refused, headers: { 'x-real-ip': '10.1.2.3' } })
  })

  test('what nginx passes on as it is by default: HTTP/1.0, our own Host, and nothing of its own', async () => {
    const { host, hostname, port } = new URL(local.streamUrl)
    for (const version of ['1.0', '1.1']) {
      const socket = connect({ host: hostname, port: Number(port) })
      socket.write(
        `GET /v1/kpis/latest?region=${region} HTTP/${version}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      )
      const answer = (await socket.toArray()).join('')
      // The other one is what a program on this machine sends, and is served.
      expect(answer).toMatch(version === '1.0' ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 200 /)
      expect(answer.includes('"cells"')).toBe(version === '1.1')
    }
  })

  test('a token that is no good, on this machine too', async () => {
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
    const keys: Readonly<Record<string, string>> = {
      'wrong signature': hs256(claims(), otherSecret),
      'HS256 with a public key for secret': hs256(claims(), pem),
      'alg none': token({ alg: 'none' }, claims(), () => ''),
      'alg HS512': token({ alg: 'HS512' }, claims(), hmac(secret, 'sha512')),
      'alg RS256': signed('RS256', 'x', rsa.privateKey, claims()),
      'not valid yet': hs256(claims({ nbf: now + 60 })),
      'without exp': hs256(claims({ exp: undefined })),
      'regions that are no list': hs256(claims({ regions: '*' })),
      'no token at all': 'let-me-in',
      'padding behind the signature': `${hs256(claims())}=`,
      'a name with a line break': hs256(claims({ sub: 'li\nwang' })),
    }
    for (const [key, text] of Object.entries(keys)) {
      for (const at of [house, local]) {
        const where = at === local ? `${key}, where nobody needs a token` : key
        await tryAll(where, { headers: bearer(text), status: 401, code: 'unauthorized', at })
      }
    }
  })

  test('another scheme than Bearer', async () => {
    await tryAll('Basic', {
      headers: { authorization: 'Basic bGk6bGk=' },
      status: 401,
      code: 'unauthorized',
      at: local,
    })
  })

  test('an expired token', async () => {
    const headers = bearer(hs256(claims({ exp: now - 60 })))
    await tryAll('expired', { headers, status: 401, code: 'token_expired' })
  })

  test('a token without a role', async () => {
    const headers = bearer(hs256(claims({ roles: ['root'] })))
    await tryAll('no role', { headers, status: 403, code: 'forbidden_role' })
  })

  test('a revoked kiosk', async () => {
    const { kiosk: revoked, token: text } = await kiosk('hall-1')
    await house.kiosks.revoke(revoked, 'wang')
    const headers = bearer(text, { 'citybrain-wall': 'hall-1' })
    await tryAll('revoked kiosk', { headers, status: 401, code: 'kiosk_revoked' })
  })

  test('a kiosk on another wall, or on none', async () => {
    const { token: text } = await kiosk('hall-1')
    const refused = { status: 403, code: 'wrong_wall' }
    await tryAll('kiosk elsewhere', { ...refused, headers: bearer(text, { 'citybrain-wall': 'hall-2' }) })
    await tryAll('kiosk nowhere', { ...refused, headers: bearer(text) })
  })

  test('a kiosk that does not only read', async () => {
    const { token: text } = await kiosk('hall-1')
    const headers = bearer(text, { 'citybrain-wall': 'hall-1' })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const writing = doors.map(door => ({ ...door, method, name: `${method} ${door.path(region)}` }))
      await tryAll(`kiosk using ${method}`, { headers, status: 403, code: 'forbidden_role' }, writing)
    }
  })
})

describe('every door of a region refuses', () => {
  const ofRegion = () =>
    doors.filter(door => !ofNoRegion.has(door.name) && door.name !== 'DELETE /v1/kiosks/{id}')
  const refused = { status: 403, code: 'forbidden_region' }
  /** What stands in the address, and may not be seen, is not there: 403 would say that it is. */
  const hidden = (sees: 'nothing' | 'a part') => (door: string) => {
    if (door.includes('/alerts/{id}')) return { status: 404, code: 'alert_not_found' }
    // Whoever sees a part of its regions is shown that it mutes them.
    if (door === 'DELETE /v1/silences/{id}' && sees === 'nothing') {
      return { status: 404, code: 'silence_not_found' }
    }
    return undefined
  }

  test('a token of another region, of none, or of a part', async () => {
    const keys: Readonly<Record<string, Json>> = {
      'another city': { regions: [elsewhere] },
      'a county of it': { regions: ['370102'] },
      'no regions': { regions: undefined },
      'an empty list': { regions: [] },
      'a region that was dissolved': { regions: ['371200'] },
    }
    for (const [key, change] of Object.entries(keys)) {
      const except = hidden(key === 'a county of it' ? 'a part' : 'nothing')
      await tryAll(key, { ...refused, headers: bearer(hs256(claims(change))), except }, ofRegion())
    }
  })

  test('a token of the city for the province, and for two cities of which one is its own', async () => {
    const headers = bearer(hs256(claims()))
    const except = hidden('a part')
    await tryAll('the province', { ...refused, headers, asked: '370000', except }, ofRegion())
    for (const path of [
      `/v1/kpis/latest?region=${region}&region=${elsewhere}`,
      `/v1/kpis/parking.occupancy_pct/series?region=${region}&region=${elsewhere}`,
      `/v1/export?kpi=*&region=${region}&region=${elsewhere}`,
      '/v1/kpis/latest?depth=subtree',
      '/v1/kpis/latest',
      `/v1/alerts?region=${region}&region=${elsewhere}`,
      '/v1/alerts',
      '/v1/alerts/at?time=0',
      '/v1/handover',
      '/v1/silences',
    ]) {
      expect(await house.ask({ method: 'GET', path, headers })).toMatchObject(refused)
    }
  })

  test('an admin of another region the kiosk of this one, which goes on', async () => {
    const { kiosk: of, token: text } = await house.kiosks.issue(
      { wall: 'w', regions: [region], days: 1 },
      'wang',
    )
    const path = `/v1/kiosks/${of.kiosk_id}`
    const headers = bearer(hs256(claims({ regions: [elsewhere] })))
    const answer = await house.ask({ method: 'DELETE', path, headers })
    expect(answer).toMatchObject({ status: 404, code: 'kiosk_not_found' })
    const never = path.replace(of.kiosk_id, 'never')
    const unknown = await house.ask({ method: 'DELETE', path: never, headers })
    expect(answer.text.replace(of.kiosk_id, 'never')).toBe(unknown.text)
    const own = bearer(text, { 'citybrain-wall': 'w' })
    expect(await house.ask({ method: 'GET', path: '/v1/kpis', headers: own })).toMatchObject({ status: 200 })
    tried.push(`404 kiosk_not_found: another city: DELETE ${path}`)
  })
})

test('every door that needs a role refuses all others', async () => {
  for (const door of doors) {
    const needed = needs[door.name]
    for (const role of all.filter(held => needed && held !== needed && held !== 'admin')) {
      const headers = bearer(hs256(claims({ roles: [role] })))
      await tryAll(role, { headers, status: 403, code: 'forbidden_role' }, [door])
    }
  }
})

test('kiosk tokens are given out, listed, and taken back over REST', async () => {
  const headers = bearer(hs256(claims({ roles: ['admin'], sub: 'wang' })))
  const wish = { wall: 'hall-3', regions: ['370102'], days: 30 }
  const given = await house.ask({ method: 'POST', path: '/v1/kiosks', headers, body: wish })
  expect(given.status).toBe(201)
  const { id, token: text, ...said } = JSON.parse(given.text)
  expect(said).toMatchObject({ wall: 'hall-3', regions: ['370102'], state: 'active', created_by: 'wang' })
  const own = bearer(text, { 'citybrain-wall': 'hall-3' })
  const ask = (path: string) => house.ask({ method: 'GET', path, headers: own })
  expect((await ask('/v1/kpis/latest?region=370102')).status).toBe(200)
  expect(await ask('/v1/kpis/latest?region=370100')).toMatchObject({ status: 403, code: 'forbidden_region' })
  expect(await ask('/v1/kiosks?region=370102')).toMatchObject({ status: 403, code: 'forbidden_role' })

  const listed = await house.ask({ method: 'GET', path: '/v1/kiosks?region=370102', headers })
  expect(JSON.parse(listed.text).kiosks).toEqual([expect.objectContaining({ id, state: 'active' })])
  expect(listed.text).not.toContain(text)
  for (const _again of [1, 2]) {
    expect(await house.ask({ method: 'DELETE', path: `/v1/kiosks/${id}`, headers })).toMatchObject({
      status: 204,
    })
  }
  expect(await ask('/v1/kpis/latest?region=370102')).toMatchObject({ status: 401, code: 'kiosk_revoked' })
  const after = await house.ask({ method: 'GET', path: '/v1/kiosks?region=370102', headers })
  expect(JSON.parse(after.text).kiosks[0]).toMatchObject({ id, state: 'revoked', revoked_by: 'wang' })
})

test.each<[string, object]>([
  ['days as text', { wall: 'w', regions: [region], days: '30' }],
  ['one region that is no list', { wall: 'w', regions: region, days: 30 }],
  ['no regions', { wall: 'w', regions: [], days: 30 }],
  ['for ever', { wall: 'w', regions: [region], days: 1e6 }],
  ['a wall that no header can say', { wall: '大厅', regions: [region], days: 30 }],
  ['more than is known', { wall: 'w', regions: [region], days: 30, roles: ['admin'] }],
])('a kiosk with %s is not valid', async (_what, body) => {
  const headers = bearer(hs256(claims()))
  expect(await house.ask({ method: 'POST', path: '/v1/kiosks', headers, body })).toMatchObject({
    status: 400,
    code: 'invalid_request',
  })
})

describe('the stream', () => {
  const hello = (more: object = {}) => ({ type: 'hello', protocol: 1, ...more })
  const subscribe = (regions: readonly string[], depth = 'self') => ({
    type: 'subscribe',
    id: 'a',
    regions,
    depth,
    kpis: ['*'],
  })

  test('lets the right key in, by hello or by header', async () => {
    const text = hs256(claims())
    const said = await house.hear([hello({ token: text }), subscribe([region])], { until: 2 })
    const shown = await house.hear([hello(), subscribe([region])], { until: 2, headers: bearer(text) })
    const cells = expect.arrayContaining([expect.objectContaining({ region, value: 40 })])
    for (const { messages } of [said, shown]) {
      expect(messages).toMatchObject([{ type: 'welcome' }, { type: 'snapshot', cells }])
    }
  })

  test('is closed to whom it is not for', async () => {
    const revoked = await kiosk('hall-1')
    await house.kiosks.revoke(revoked.kiosk, 'wang')
    const other = await kiosk('hall-1')
    const { unauthorized, tokenExpired, kioskRevoked } = closeCodes
    const keys: readonly [string, object, { readonly code: number }][] = [
      ['no token', {}, unauthorized],
      ['an empty token', { token: '' }, unauthorized],
      ['wrong signature', { token: hs256(claims(), otherSecret) }, unauthorized],
      ['alg none', { token: token({ alg: 'none' }, claims(), () => '') }, unauthorized],
      ['alg RS256', { token: signed('RS256', 'x', rsa.privateKey, claims()) }, unauthorized],
      ['no role', { token: hs256(claims({ roles: [] })) }, unauthorized],
      ['expired', { token: hs256(claims({ exp: now - 60 })) }, tokenExpired],
      ['revoked kiosk', { token: revoked.token, wall: 'hall-1' }, kioskRevoked],
      ['kiosk elsewhere', { token: other.token, wall: 'hall-2' }, unauthorized],
      ['kiosk nowhere', { token: other.token }, unauthorized],
    ]
    for (const [key, more, { code }] of keys) {
      // What is asked for along with the hello is not answered either.
      const heard = await house.hear([hello(more), subscribe([region])])
      expect({ key, ...heard }).toEqual({ key, messages: [], closedWith: code })
      tried.push(`${code}: ${key}: stream`)
    }
    const proxied = await local.hear([hello()], { headers: { 'x-forwarded-for': '10.1.2.3' } })
    expect(proxied).toEqual({ messages: [], closedWith: unauthorized.code })
    const bad = await local.hear([hello({ token: 'x' })])
    expect(bad).toEqual({ messages: [], closedWith: unauthorized.code })
  })

  test.each<[string, readonly string[], string]>([
    ['another city', [elsewhere], 'self'],
    ['two, of which one is its own', [region, elsewhere], 'self'],
    ['the province', ['370000'], 'self'],
    ['all of the province', ['370000'], 'subtree'],
    ['its circle', ['circle-shenghui'], 'children'],
  ])('refuses a subscription to %s as a whole', async (_what, regions, depth) => {
    const heard = await house.hear([hello({ token: hs256(claims()) }), subscribe(regions, depth)], {
      until: 2,
    })
    expect(heard.messages).toMatchObject([
      { type: 'welcome' },
      { type: 'error', code: 'forbidden_region', id: 'a' },
    ])
    tried.push(`forbidden_region: ${regions} ${depth}: stream`)
  })

  test('of a kiosk ends when it is revoked, that of its neighbour does not', async () => {
    const [one, two] = [await kiosk('hall-1'), await kiosk('hall-2')]
    const neighbour = house.hear([hello({ token: two.token, wall: 'hall-2' })])
    const { messages, closedWith } = await house.hear([hello({ token: one.token, wall: 'hall-1' })], {
      onMessage: () => void house.kiosks.revoke(one.kiosk, 'wang'),
    })
    expect(messages).toMatchObject([{ type: 'welcome' }])
    expect(closedWith).toBe(closeCodes.kioskRevoked.code)
    tried.push(`${closedWith}: revoked while it watches: stream`)
    await house.kiosks.revoke(two.kiosk, 'wang')
    expect(await neighbour).toMatchObject({ closedWith: closeCodes.kioskRevoked.code })
  })

  test('ends when its token does', async () => {
    const at = await openHouse('off')
    const exp = Math.floor(at.wall.now() / 1000) + 10
    const { messages, closedWith } = await at.hear([hello({ token: hs256(claims({ exp })) })], {
      onMessage: () => at.wall.advance(16_000),
    })
    expect(messages).toMatchObject([{ type: 'welcome' }])
    expect(closedWith).toBe(closeCodes.tokenExpired.code)
    tried.push(`${closedWith}: expires while it watches: stream`)
    await at.close()
  })
})

import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Kiosks, SignedTokens } from '../../../../api/access/tokens/signed-tokens.ts'
import { tokenKeys } from '../../../../api/access/tokens/token-keys.ts'
import { ManualClock } from '../../../../platform/clock.ts'
import { CodedError } from '../../../../platform/errors.ts'
import { ec, ed, hmac, hs256, type Json, otherSecret, rsa, secret, signed, token } from './tokens.ts'

const now = 1_800_000_000
const wall = new ManualClock(now * 1000)
const claims = { sub: 'li', exp: now + 60, regions: ['370100'], roles: ['viewer'] }

interface Options {
  readonly jwtSecret?: string
  readonly jwksUrl?: string
  readonly issuer?: string
  readonly audience?: string
  readonly kiosks?: Kiosks
  readonly maxDays?: number
}

function tokens({
  jwtSecret = secret,
  jwksUrl = '',
  issuer = '',
  audience = '',
  kiosks,
  maxDays,
}: Options = {}) {
  const keys = tokenKeys({ jwtSecret, jwksUrl })
  return new SignedTokens({
    keys,
    issuer,
    audience,
    wall,
    ...(kiosks && { kiosks }),
    ...(maxDays && { maxDays }),
  })
}

async function refusal(text: string, options?: Options, at?: string): Promise<string> {
  const refused: unknown = await tokens(options)
    .viewerOf(text, at)
    .catch((error: unknown) => error)
  if (refused instanceof CodedError) return refused.code
  throw new Error(`let in: ${JSON.stringify(refused)}`)
}

describe('a token that cannot be taken back', () => {
  const day = 86_400
  const days = (change: Json) => refusal(hs256({ ...claims, ...change }), { maxDays: 30 })
  const letIn = (change: Json) => tokens({ maxDays: 30 }).viewerOf(hs256({ ...claims, ...change }), undefined)

  test('holds for so long at most, from iat on or from now', async () => {
    expect(await days({ exp: now + 31 * day })).toBe('unauthorized')
    expect(await days({ exp: now + 10 * day, iat: now - 21 * day })).toBe('unauthorized')
    expect(await days({ exp: 1e300 })).toBe('unauthorized')
    expect(await letIn({ exp: now + 30 * day })).toMatchObject({ name: 'li' })
    expect(await letIn({ exp: now + 30 * day, iat: now })).toMatchObject({ name: 'li' })
  })

  test('is no kiosk token: that one can be, and hangs on a wall for a year', async () => {
    const kiosks = { requireActive: () => undefined }
    const text = hs256({ ...claims, exp: now + 365 * day, wall: 'w', jti: 'k' })
    expect(await tokens({ kiosks, maxDays: 30 }).viewerOf(text, 'w')).toMatchObject({ kiosk: { id: 'k' } })
  })
})

describe('a token has one spelling', () => {
  const good = hs256(claims)
  const [header, payload, signature] = good.split('.') as [string, string, string]
  // 32 bytes are 43 characters, of which the last one holds two bits more than it needs.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const next = alphabet[alphabet.indexOf(signature.at(-1)!) + 1]!

  test.each([
    ['padding', `${good}=`],
    ['padding of the payload', `${header}.${payload}==.${signature}`],
    ['bits that nobody reads', `${header}.${payload}.${signature.slice(0, -1)}${next}`],
    ['the plain alphabet', good.replace(header, `${header}+`)],
    ['a fourth part', `${good}.x`],
    ['no signature', `${header}.${payload}.`],
    ['more than any header holds', `${good}${'A'.repeat(16_384)}`],
  ])('with %s it is none', async (_what, text) => {
    expect(await refusal(text)).toBe('unauthorized')
  })
})

describe('a token of the shared secret', () => {
  test('says who it is, what is seen, and until when', async () => {
    expect(await tokens().viewerOf(hs256(claims), undefined)).toEqual({
      name: 'li',
      regions: ['370100'],
      roles: ['viewer'],
      expiresAt: (now + 60 + 5) * 1000,
    })
  })

  test.each<[string, Json, object]>([
    ['all regions', { regions: ['*'] }, { regions: 'all' }],
    ['no regions, which is none', { regions: undefined }, { regions: [] }],
    ['an empty list of them', { regions: [] }, { regions: [] }],
    [
      'roles that nobody knows beside one that is known',
      { roles: ['root', 'admin', 'x'] },
      { roles: ['admin'] },
    ],
    ['a clock five seconds behind', { exp: now - 4 }, { expiresAt: (now + 1) * 1000 }],
    ['a clock five seconds ahead', { nbf: now + 5 }, { name: 'li' }],
  ])('with %s', async (_what, change, viewer) => {
    expect(await tokens().viewerOf(hs256({ ...claims, ...change }), undefined)).toMatchObject(viewer)
  })

  test.each<[string, string, Json]>([
    ['token_expired', 'expired', { exp: now - 5 }],
    ['token_expired', 'expired long ago', { exp: 1 }],
    ['unauthorized', 'not valid yet', { nbf: now + 6 }],
    ['unauthorized', 'without an end', { exp: undefined }],
    ['unauthorized', 'with an end that is no number', { exp: String(now + 60) }],
    ['unauthorized', 'of nobody', { sub: undefined }],
    ['unauthorized', 'of an empty name', { sub: '' }],
    ['unauthorized', 'of a name with a line break', { sub: 'li\nwang' }],
    ['unauthorized', 'of a name with a C1 control', { sub: 'li\u009b2J' }],
    ['unauthorized', 'of a name that is written backwards', { sub: 'li\u202enimda' }],
    ['unauthorized', 'of a name with a line separator', { sub: 'li\u2028' }],
    ['unauthorized', 'with one region that is no list', { regions: '370100' }],
    ['unauthorized', 'with everything in a word', { regions: '*' }],
    ['unauthorized', 'with null for regions', { regions: null }],
    ['unauthorized', 'with regions that are numbers', { regions: [370100] }],
    ['unauthorized', 'with a role that is no list', { roles: 'admin' }],
    ['forbidden_role', 'without roles', { roles: undefined }],
    ['forbidden_role', 'with roles that nobody knows', { roles: ['root', 'Viewer', '*'] }],
    ['unauthorized', 'with a wall that is no name', { wall: 7 }],
    ['unauthorized', 'of a kiosk, where there are none', { wall: 'hall-1', jti: 'k' }],
  ])('is refused as %s: %s', async (code, _what, change) => {
    expect(await refusal(hs256({ ...claims, ...change }))).toBe(code)
  })
})

describe('a signature', () => {
  const none = token({ alg: 'none' }, claims, () => '')

  test.each([
    ['another secret', hs256(claims, otherSecret)],
    ['an empty secret', hs256(claims, '')],
    ['no algorithm', token({ typ: 'JWT' }, claims, hmac(secret))],
    ['alg none', none],
    ['alg None', token({ alg: 'None' }, claims, () => '')],
    ['alg none with a signature', token({ alg: 'none' }, claims, hmac(secret))],
    ['HS256 and none of it', token({ alg: 'HS256' }, claims, () => '')],
    ['HS384', token({ alg: 'HS384' }, claims, hmac(secret, 'sha384'))],
    ['HS512', token({ alg: 'HS512' }, claims, hmac(secret, 'sha512'))],
    ['hs256 in small letters', token({ alg: 'hs256' }, claims, hmac(secret))],
    ['an extension that must be understood', hs256(claims, secret, { crit: ['b64'], b64: false })],
    ['an extension that nobody knows', hs256(claims, secret, { crit: ['wall'], wall: 1 })],
    ['RS256, where there are no public keys', signed('RS256', 'rsa', rsa.privateKey, claims)],
    ['claims exchanged after signing', exchanged()],
    ['nothing', ''],
    ['no token', 'let-me-in'],
    ['two parts', 'a.b'],
    ['five parts', `${hs256(claims)}.a.b`],
    ['claims that are no object', token({ alg: 'HS256' }, [] as unknown as Json, hmac(secret))],
    ['space around it', ` ${hs256(claims)} `],
  ])('with %s is refused', async (_what, text) => {
    expect(await refusal(text)).toBe('unauthorized')
  })

  function exchanged(): string {
    const [header, , signature] = hs256(claims).split('.')
    const [, payload] = hs256({ ...claims, regions: ['*'] }).split('.')
    return `${header}.${payload}.${signature}`
  }
})

test('law: no change of a single character is let in, and every one is refused as a token', async () => {
  const text = hs256(claims)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
  const bits = (char: string | undefined) => alphabet.indexOf(char ?? '')
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...alphabet), async (at, char) => {
      // The last character of 32 bytes in base64url carries four bits; the two below them mean nothing.
      const same = at === text.length - 1 && bits(char) >> 2 === bits(text[at]) >> 2
      fc.pre(char !== text[at] && !same)
      expect(await refusal(text.slice(0, at) + char + text.slice(at + 1))).toBe('unauthorized')
    }),
  )
})

describe('issuer and audience', () => {
  const options = { issuer: 'https://id.example', audience: 'citybrain' }
  const good = { ...claims, iss: options.issuer, aud: ['other', 'citybrain'] }

  test('are looked at where they are set', async () => {
    expect(await tokens(options).viewerOf(hs256(good), undefined)).toMatchObject({ name: 'li' })
  })

  test.each<Json>([
    { iss: undefined },
    { iss: 'https://id.example/' },
    { iss: ['https://id.example'] },
    { aud: undefined },
    { aud: 'other' },
    { aud: [] },
  ])('%j is refused', async change => {
    expect(await refusal(hs256({ ...good, ...change }), options)).toBe('unauthorized')
  })
})

describe('a key set', () => {
  let server: Server
  let jwksUrl: string
  let served: object | undefined
  let asked = 0
  const pairs = { RS256: rsa, PS256: rsa, ES256: ec, EdDSA: ed } as const
  const all = {
    keys: Object.entries(pairs).map(([alg, { publicKey }]) => ({
      ...publicKey.export({ format: 'jwk' }),
      alg,
      kid: alg,
      use: 'sig',
    })),
  }

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked++
      response.statusCode = served ? 200 : 500
      response.end(JSON.stringify(served))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  })
  afterAll(() => new Promise(resolve => server.close(resolve)))

  const publicOnly = () => ({ jwtSecret: '', jwksUrl })

  test.each(Object.entries(pairs))(
    'lets in what was signed with its key by %s',
    async (alg, { privateKey }) => {
      served = all
      const text = signed(alg, alg, privateKey, claims)
      expect(await tokens(publicOnly()).viewerOf(text, undefined)).toMatchObject({ name: 'li' })
    },
  )

  test('is read once for many tokens', async () => {
    served = all
    const reader = tokens(publicOnly())
    const before = asked
    for (const alg of ['RS256', 'ES256', 'RS256'] as const) {
      await reader.viewerOf(signed(alg, alg, pairs[alg].privateKey, claims), undefined)
    }
    expect(asked - before).toBe(1)
  })

  test('is not mistaken for a secret: HS256 with the public key, in every form that it has', async () => {
    served = all
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
    const forms = [
      pem,
      pem.toString().trim(),
      rsa.publicKey.export({ format: 'der', type: 'spki' }),
      rsa.publicKey.export({ format: 'pem', type: 'pkcs1' }),
      JSON.stringify(all.keys[0]),
      String(all.keys[0]?.n),
    ]
    for (const form of forms) {
      for (const options of [publicOnly(), { jwksUrl }]) {
        expect(await refusal(hs256(claims, form, { kid: 'RS256' }), options)).toBe('unauthorized')
      }
    }
  })

  test('goes with the shared secret, each for its own algorithms', async () => {
    served = all
    const both = tokens({ jwksUrl })
    expect(await both.viewerOf(hs256(claims), undefined)).toMatchObject({ name: 'li' })
    const text = signed('ES256', 'ES256', ec.privateKey, claims)
    expect(await both.viewerOf(text, undefined)).toMatchObject({ name: 'li' })
  })

  test.each([
    ['a key that is not in it', () => signed('RS256', 'unknown', rsa.privateKey, claims)],
    ['the key of another kind', () => signed('RS256', 'ES256', rsa.privateKey, claims)],
    ['the key of another algorithm', () => signed('PS256', 'RS256', rsa.privateKey, claims)],
    [
      'the signature of another key',
      () => signed('ES256', 'ES256', ec.privateKey, claims).replace(/.{8}$/, 'AAAAAAAA'),
    ],
    ['alg none', () => token({ alg: 'none', kid: 'RS256' }, claims, () => '')],
    ['an empty signature', () => token({ alg: 'RS256', kid: 'RS256' }, claims, () => '')],
    ['the shared secret, which is not set', () => hs256(claims)],
    ['a key of its own in its header', () => withItsOwnKey()],
    [
      'a key set of its own',
      () => token({ alg: 'RS256', kid: 'x', jku: 'https://evil.example' }, claims, () => 'AA'),
    ],
  ])('refuses %s', async (_what, text) => {
    served = all
    expect(await refusal(text(), publicOnly())).toBe('unauthorized')
  })

  function withItsOwnKey(): string {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = own.publicKey.export({ format: 'jwk' })
    const header = { alg: 'RS256', kid: 'RS256', jwk }
    return token(header, claims, input => sign('sha256', Buffer.from(input), own.privateKey))
  }

  test('that cannot be read is our trouble, not that of the token', async () => {
    served = undefined
    const text = signed('RS256', 'RS256', rsa.privateKey, claims)
    expect(await refusal(text, publicOnly())).toBe('keys_unavailable')
    expect(await refusal(text, { jwksUrl: 'http://127.0.0.1:1/' })).toBe('keys_unavailable')
  })
})

describe('a kiosk token', () => {
  const kiosks: Kiosks = {
    requireActive: id => {
      if (id !== 'k1') throw new CodedError('kiosk_revoked', `kiosk ${id} was revoked`)
    },
  }
  const kiosk = { ...claims, wall: 'hall-1', jti: 'k1', roles: ['viewer', 'admin'] }

  test('only reads, whatever else it says, and only on its wall', async () => {
    expect(await tokens({ kiosks }).viewerOf(hs256(kiosk), 'hall-1')).toMatchObject({
      roles: ['viewer'],
      kiosk: { id: 'k1', wall: 'hall-1' },
    })
  })

  test.each<[string, Json, string | undefined]>([
    ['wrong_wall', {}, 'hall-2'],
    ['wrong_wall', {}, undefined],
    ['wrong_wall', {}, ''],
    ['kiosk_revoked', { jti: 'k2' }, 'hall-1'],
    ['kiosk_revoked', { jti: 'k2' }, 'hall-2'],
    ['unauthorized', { jti: undefined }, 'hall-1'],
    ['token_expired', { exp: now - 60 }, 'hall-1'],
  ])('is refused as %s: %j on %s', async (code, change, at) => {
    expect(await refusal(hs256({ ...kiosk, ...change }), { kiosks }, at)).toBe(code)
  })

  test('a wall says nothing about other tokens', async () => {
    expect(await tokens({ kiosks }).viewerOf(hs256(claims), 'hall-1')).not.toHaveProperty('kiosk')
  })
})

import { expect, test } from 'vitest'
import { anonymousPolicyOf, authSettings } from '../../../api/access/auth-settings.ts'
import { describeConfig, readConfig } from '../../../platform/config.ts'

const read = (env: Record<string, string>) => readConfig(authSettings, env)

test('by default there are no keys, and anonymous viewers on loopback', () => {
  expect(read({})).toEqual({
    anonymous: '',
    jwtSecret: '',
    jwksUrl: '',
    jwtIssuer: '',
    jwtAudience: '',
    maxTokenDays: 30,
    refusedPerMinute: 60,
  })
})

test.each<[Record<string, string>, string]>([
  [{}, 'loopback'],
  [{ AUTH_JWT_SECRET: 'x'.repeat(32) }, 'off'],
  [{ AUTH_JWKS_URL: 'https://id.example/keys' }, 'off'],
  [{ AUTH_ANONYMOUS: 'off' }, 'off'],
  [{ AUTH_ANONYMOUS: 'loopback' }, 'loopback'],
  // Said in so many words it holds, and the log warns.
  [{ AUTH_ANONYMOUS: 'loopback', AUTH_JWT_SECRET: 'x'.repeat(32) }, 'loopback'],
])('anonymous viewers with %j: %s', (env, policy) => {
  expect(anonymousPolicyOf(read(env))).toBe(policy)
})

test('a secret has at least 32 bytes, and is never shown', () => {
  const secret = 'x'.repeat(32)
  const config = read({ AUTH_JWT_SECRET: secret })
  expect(config.jwtSecret).toBe(secret)
  expect(describeConfig(authSettings, config)).toContain('AUTH_JWT_SECRET=***')
  expect(describeConfig(authSettings, config)).not.toContain(secret)
  expect(() => read({ AUTH_JWT_SECRET: '密'.repeat(11) })).not.toThrow()
  const short = 'swordfish-swordfish-swordfish-1'
  expect(() => read({ AUTH_JWT_SECRET: short })).toThrow('AUTH_JWT_SECRET: has fewer than 32 bytes')
  expect(() => read({ AUTH_JWT_SECRET: short })).not.toThrow(short)
})

test.each([
  ['https://id.example/keys', true],
  ['http://127.0.0.1:9000/keys', true],
  ['http://localhost/keys', true],
  ['http://id.example/keys', false],
  ['file:///etc/keys', false],
  ['id.example/keys', false],
])('keys from %s: %s', (url, taken) => {
  const check = () => read({ AUTH_JWKS_URL: url })
  if (taken) expect(check().jwksUrl).toBe(url)
  else expect(check).toThrow('AUTH_JWKS_URL: is not an https URL')
})

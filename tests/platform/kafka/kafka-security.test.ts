import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../platform/clock.ts'
import { describeConfig, readConfig } from '../../../platform/config.ts'
import { kafkaSecurity, kafkaSecuritySettings } from '../../../platform/kafka/kafka-security.ts'
import { oauthTokens } from '../../../platform/kafka/oauth-tokens.ts'
import type { Log } from '../../../platform/log.ts'

const dir = mkdtempSync(join(tmpdir(), 'citybrain-kafka-'))
const pem = join(dir, 'some.pem')
writeFileSync(pem, 'PEM')
afterAll(() => rmSync(dir, { recursive: true }))

const plain = {
  KAFKA_SASL_MECHANISM: 'plain',
  KAFKA_SASL_USERNAME: 'li',
  KAFKA_SASL_PASSWORD: 'geheim',
}
const oauth = {
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_SASL_OAUTH_TOKEN_URL: 'https://id.example/token',
  KAFKA_SASL_OAUTH_CLIENT_ID: 'citybrain',
  KAFKA_SASL_OAUTH_CLIENT_SECRET: 'geheim',
}

function security(env: Record<string, string>) {
  const warnings: string[] = []
  const log = { warn: (_fields: object, text: string) => warnings.push(text) } as unknown as Log
  return { ...kafkaSecurity(readConfig(kafkaSecuritySettings, env), log), warnings }
}

test('certificates are read from their files', () => {
  const { ssl } = security({ KAFKA_SSL: 'true', KAFKA_SSL_CA: pem, KAFKA_SSL_CERT: pem, KAFKA_SSL_KEY: pem })
  expect(ssl).toEqual({ ca: Buffer.from('PEM'), cert: Buffer.from('PEM'), key: Buffer.from('PEM') })
  expect(security({ KAFKA_SSL: 'true' }).ssl).toBe(true)
  expect(security({}).ssl).toBe(false)
})

test.each<[string, Record<string, string>]>([
  ['KAFKA_SSL_CA: ENOENT', { KAFKA_SSL: 'true', KAFKA_SSL_CA: '/nonexistent.pem' }],
  ['need KAFKA_SSL=true', { KAFKA_SSL_CA: pem }],
  ['go together', { KAFKA_SSL: 'true', KAFKA_SSL_CERT: pem }],
  ['go together', { KAFKA_SSL: 'true', KAFKA_SSL_KEY: pem }],
  ['plain needs', { ...plain, KAFKA_SASL_PASSWORD: '' }],
  ['oauthbearer needs', { ...oauth, KAFKA_SASL_OAUTH_CLIENT_ID: '' }],
  ['is not an https URL', { ...oauth, KAFKA_SASL_OAUTH_TOKEN_URL: 'http://id.example/token' }],
])('%s: %j', (words, env) => {
  expect(() => security(env)).toThrow(
    expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(words) }),
  )
})

test.each<[string, Record<string, string>, number]>([
  ['plain', plain, 1],
  ['plain over TLS', { ...plain, KAFKA_SSL: 'true' }, 0],
  ['oauthbearer', oauth, 1],
  ['scram, which does not send the password', { ...plain, KAFKA_SASL_MECHANISM: 'scram-sha-512' }, 0],
])('%s: warnings of a secret that anybody can read: %#', (_what, env, count) => {
  expect(security(env).warnings).toHaveLength(count)
})

test('secrets are not shown', () => {
  const config = readConfig(kafkaSecuritySettings, { ...plain, ...oauth })
  expect(describeConfig(kafkaSecuritySettings, config)).not.toContain('geheim')
})

describe('tokens of the client credentials grant', () => {
  const asked: { authorization: string | undefined; body: string }[] = []
  let answer = { status: 200, body: { access_token: 'one', expires_in: 300 } as object }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      asked.push({ authorization: request.headers.authorization, body })
      response.writeHead(answer.status).end(JSON.stringify(answer.body))
    })
  })
  let tokenUrl: string
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  })
  afterAll(() => void server.close())

  const provider = (wall = new ManualClock(0), scope = '') =>
    oauthTokens({ tokenUrl, clientId: 'city:brain', clientSecret: 'ge heim', scope, wall })

  test('are asked for as RFC 6749 says, once for all who wait', async () => {
    asked.length = 0
    const token = provider(new ManualClock(0), 'kafka')
    expect(await Promise.all([token(), token(), token()])).toEqual(['one', 'one', 'one'])
    const authorization = `Basic ${Buffer.from('city%3Abrain:ge%20heim').toString('base64')}`
    expect(asked).toEqual([{ authorization, body: 'grant_type=client_credentials&scope=kafka' }])
  })

  test('are used until shortly before their end', async () => {
    asked.length = 0
    const wall = new ManualClock(0)
    const token = provider(wall)
    await token()
    wall.advance(284_000)
    expect(await token()).toBe('one')
    answer = { status: 200, body: { access_token: 'two', expires_in: 300 } }
    wall.advance(2_000)
    expect(await token()).toBe('two')
    expect(asked).toHaveLength(2)
  })

  test('that are refused, or none, are told of without what was said, and asked for again', async () => {
    const token = provider()
    answer = { status: 401, body: { error: 'ge heim is wrong' } }
    const refused = await token().catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'oauth_refused', message: 'the token endpoint answers 401' })
    answer = { status: 200, body: { token: 'x' } }
    await expect(token()).rejects.toMatchObject({ code: 'oauth_refused' })
    answer = { status: 200, body: { access_token: 'short', expires_in: 20 } }
    await expect(token()).rejects.toMatchObject({ code: 'oauth_refused' })
    answer = { status: 200, body: { access_token: 'three' } }
    expect(await token()).toBe('three')
  })

  test('from nowhere are an error after which kafkajs tries again', async () => {
    const away = oauthTokens({
      tokenUrl: 'http://127.0.0.1:1/',
      clientId: 'a',
      clientSecret: 'b',
      scope: '',
      wall: new ManualClock(0),
    })
    const error = await away().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'CodedError', code: 'oauth_unavailable' })
    expect(error).not.toBeInstanceOf(TypeError)
  })
})

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenKeys } from '../../api/access/tokens/token-keys.ts'
import { httpNotReady } from '../../deploy/local/supervise/probes.ts'
import { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import { describeConfig, readConfig, setting } from '../../platform/config.ts'
import { messageOf } from '../../platform/errors.ts'
import { createLog } from '../../platform/log.ts'
import { withoutSecrets, withoutUserinfo } from '../../platform/url-secrets.ts'
import { alertmanager } from '../../processors/alerting/out/alertmanager.ts'
import { askReceiver } from '../../processors/alerting/out/ask-receiver.ts'

describe('user and password of a URL', () => {
  test.each([
    ['http://li:geheim@h:1/x?y=1', 'http://h:1/x?y=1', 'li:geheim'],
    ['https://li:p%40ss%3A%2F@h/', 'https://h/', 'li:p@ss:/'],
    ['http://li@h/', 'http://h/', 'li:'],
    ['http://:key@h/', 'http://h/', ':key'],
    ['http://li:100%@h/', 'http://h/', 'li:100%'],
  ])('of %s become a header', (text, url, pair) => {
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
    expect(withoutUserinfo(text)).toEqual({ url, headers: { authorization } })
  })

  test('are nothing where there are none, and the URL stays as it is written', () => {
    expect(withoutUserinfo('http://h:8081')).toEqual({ url: 'http://h:8081', headers: {} })
  })
})

describe('a text for people', () => {
  test.each([
    ['http://li:geheim@h:1/x', 'http://***@h:1/x'],
    ['at https://li:ge@heim@h, http://b', 'at https://***@h, http://b'],
    ['{"url":"http://h/a","mail":"li@h"}', '{"url":"http://h/a","mail":"li@h"}'],
    ['http://h/?user=li&password=geheim&x=1', 'http://h/?user=li&password=***&x=1'],
    ['https://h/hook?access_token=abc', 'https://h/hook?access_token=***'],
    ['/services/x?sig=abc#y', '/services/x?sig=***#y'],
    ['Authorization: Bearer eyJhbGciOi.eyJz.c2ln', 'Authorization: Bearer ***'],
    ['GET /v1/kpis/latest?region=370100&kpi=*', 'GET /v1/kpis/latest?region=370100&kpi=*'],
  ])('%s is shown as %s', (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown)
  })

  test('never shows a password, wherever in it the URL stands', () => {
    const word = fc.stringMatching(/^[a-z]{0,8}$/)
    fc.assert(
      fc.property(word, word, (before, after) => {
        const text = `${before} http://li:GEHEIM@h/${after} ${after}`
        expect(withoutSecrets(text)).not.toContain('GEHEIM')
      }),
    )
  })

  test('errors and log lines are such texts', () => {
    expect(messageOf(new Error('cannot fetch http://li:geheim@h'))).toBe('cannot fetch http://***@h')
    const lines: string[] = []
    const log = createLog('test', 'info', { destination: { write: line => void lines.push(line) } })
    log.warn({ url: 'http://li:geheim@h', err: new Error('at http://li:geheim@h') }, 'not there')
    expect(lines.join()).toContain('http://***@h')
    expect(lines.join()).not.toContain('geheim')
    expect(JSON.parse(lines[0]!)).toMatchObject({ url: 'http://***@h', msg: 'not there' })
  })

  test('so is a configuration, and what is wrong with one', () => {
    const settings = {
      url: setting({ env: 'URL', type: Type.String({ pattern: '^https?://' }), describe: 'where' }),
      urls: setting({
        env: 'URLS',
        type: Type.Array(Type.String()),
        fallback: [],
        parse: text => text.split(','),
        describe: 'where else',
      }),
    }
    const config = readConfig(settings, { URL: 'http://li:geheim@h', URLS: 'http://a:geheim@b,http://c' })
    const shown = describeConfig(settings, config)
    expect(shown).toContain('URL=http://***@h ')
    expect(shown).toContain('URLS=http://***@b,http://c ')
    expect(() => readConfig(settings, { URL: 'ftp://li:geheim@h' })).toThrow('ftp://***@h')
  })
})

describe('a peer that asks for a password', () => {
  const server = createServer((request, response) => {
    asked.push({ path: request.url, headers: request.headers })
    const known = `Basic ${Buffer.from('li:p@ss').toString('base64')}`
    if (request.headers.authorization !== known) {
      response.writeHead(401).end('who are you?')
      return
    }
    response.setHeader('content-type', 'application/json')
    response.end(request.url?.endsWith('/versions') ? '{"id":7}' : '{}')
  })
  const asked: { path: string | undefined; headers: IncomingHttpHeaders }[] = []
  let url: string
  let unknown: string

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    url = `http://li:p%40ss@127.0.0.1:${port}`
    unknown = `http://127.0.0.1:${port}`
  })
  afterAll(() => void server.close())

  test('the schema registry is told it', async () => {
    await new SchemaRegistry(url).reach()
    expect(await new SchemaRegistry(`${url}/`).register('x-value', '"int"')).toBe(7)
    await expect(new SchemaRegistry(unknown).reach()).rejects.toMatchObject({ code: 'registry_refused' })
  })

  test('Alertmanager is told it', async () => {
    const { refresh } = alertmanager(url, id => id)
    expect(await askReceiver(refresh!.request([], 0))).toMatchObject({ status: 200 })
    expect(asked.at(-1)).toMatchObject({ path: '/api/v2/alerts' })
  })

  test('the probe of the launcher tells it, and names no password', async () => {
    expect(await httpNotReady(`${url}/subjects`)).toBeNull()
    const refused = await httpNotReady(`${url.replace('p%40ss', 'wrong')}/subjects`)
    expect(refused).toContain('401')
    expect(refused).not.toContain('wrong')
  })

  test('a key set is read with it', async () => {
    const [{ key } = { key: undefined }] = tokenKeys({ jwtSecret: '', jwksUrl: `${url}/keys` })
    if (typeof key !== 'function') throw new Error('no key set')
    // It is no key set, but it was given: without the password it would be a 401.
    await expect(key({ alg: 'ES256' }, { payload: '', signature: '' })).rejects.toThrow(/malformed/)
    expect(asked.at(-1)).toMatchObject({ path: '/keys' })
  })
})

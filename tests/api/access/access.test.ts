import { describe, expect, test } from 'vitest'
import { Access, type Caller } from '../../../api/access/access.ts'
import { callerOf } from '../../../api/access/caller.ts'
import { anonymousViewer } from '../../../api/access/viewer.ts'

const unauthorized = { name: 'CodedError', code: 'unauthorized' }

describe('somebody without a token', () => {
  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])(
    'is admitted from %s',
    async remoteAddress => {
      expect(await new Access('loopback').admit({ remoteAddress })).toEqual(anonymousViewer)
    },
  )

  test.each(['10.1.2.3', '::ffff:10.1.2.3', '::2', undefined])('is refused from %s', async remoteAddress => {
    await expect(new Access('loopback').admit({ remoteAddress })).rejects.toMatchObject(unauthorized)
  })

  test('is refused where nobody may be anonymous', async () => {
    await expect(new Access('off').admit({ remoteAddress: '127.0.0.1' })).rejects.toMatchObject(unauthorized)
  })

  test('changes nothing, and has no end', () => {
    expect(anonymousViewer).toMatchObject({ regions: 'all', roles: ['viewer', 'analyst'], expiresAt: null })
  })
})

test('a token that nobody can check is refused, on loopback too', async () => {
  const caller = { remoteAddress: '127.0.0.1', token: 'x' }
  await expect(new Access('loopback').admit(caller)).rejects.toMatchObject(unauthorized)
})

describe('what a request shows', () => {
  const shown = (headers: Record<string, string>, httpVersion = '1.1'): Caller =>
    callerOf({ headers, httpVersion, socket: { remoteAddress: '127.0.0.1' } })

  test.each([
    [{}, false],
    [{ host: 'localhost:8080' }, false],
    [{ host: 'LOCALHOST' }, false],
    [{ host: '127.0.0.1:8080' }, false],
    [{ host: '[::1]:8080' }, false],
    [{ host: 'wall.example' }, true],
    [{ host: '127.0.0.1.evil.example:8080' }, true],
    [{ host: '127.0.0.1', forwarded: 'for=10.1.2.3' }, true],
    [{ host: '127.0.0.1', 'x-forwarded-for': '' }, true],
  ])('%j: was it passed on, or meant for another host? %s', (headers, forwarded) => {
    expect(shown(headers)).toEqual({ remoteAddress: '127.0.0.1', forwarded })
  })

  test.each([
    'via',
    'x-real-ip',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-server',
    'x-original-forwarded-for',
    'x-client-ip',
    'x-cluster-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'cf-ray',
    'fastly-client-ip',
    'x-envoy-external-address',
    'x-azure-clientip',
    'x-amzn-trace-id',
    'x-arr-log-id',
    'x-appengine-user-ip',
    'proxy-connection',
    'front-end-https',
    'ali-cdn-real-ip',
    'wl-proxy-client-ip',
  ])('%s is added by proxies', name => {
    expect(shown({ host: '127.0.0.1', [name]: 'x' }).forwarded).toBe(true)
  })

  test('what browsers and programs send themselves is no sign of a proxy', () => {
    const headers = {
      host: 'localhost:8080',
      connection: 'close',
      'user-agent': 'curl/8.5.0',
      accept: '*/*',
      'accept-encoding': 'gzip',
      'sec-fetch-site': 'same-origin',
      'sec-websocket-key': 'x',
      'citybrain-wall': 'hall-1',
      'x-request-id': '1',
      traceparent: '00-1-1-01',
      'if-none-match': '"x"',
      referer: 'http://localhost:8080/',
    }
    expect(shown(headers).forwarded).toBe(false)
  })

  test('nginx as it is by default, which adds no header but speaks HTTP/1.0, is not local', async () => {
    const caller = shown({ host: '127.0.0.1:8080', connection: 'close' }, '1.0')
    await expect(new Access('loopback').admit(caller)).rejects.toMatchObject(unauthorized)
  })

  test('what a proxy on the same machine passes on is not local', async () => {
    const caller = shown({ host: '127.0.0.1', 'x-forwarded-for': '10.1.2.3' })
    await expect(new Access('loopback').admit(caller)).rejects.toMatchObject(unauthorized)
  })

  test.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    ['Basic abc', ''],
    ['Bearer', ''],
    ['Bearer a b', ''],
    ['', ''],
  ])('%j is the token %j: not one at all is no token of ours', (authorization, token) => {
    expect(shown({ authorization }).token).toBe(token)
  })

  test('the wall it says it is', () => {
    expect(shown({ 'citybrain-wall': 'hall-1' }).wall).toBe('hall-1')
  })
})

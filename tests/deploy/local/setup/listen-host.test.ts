import { expect, test } from 'vitest'
import { isOpen, listenHosts } from '../../../../deploy/local/setup/listen-host.ts'
import { portsAt } from '../../../../deploy/local/setup/ports.ts'
import { processEnvironment } from '../../../../deploy/local/setup/process-environment.ts'
import { defaultOptions } from '../../../../deploy/local/setup/start-options.ts'
import { urlHostOf } from '../../../../platform/url-host.ts'

const host = '127.0.0.1'

test('the api and ingest listen where the environment says, everything else on loopback', () => {
  expect(listenHosts({}, host)).toEqual({ api: host, ingest: host })
  expect(listenHosts({ API_HOST: '0.0.0.0', INGEST_HOST: '' }, host)).toEqual({
    api: '0.0.0.0',
    ingest: host,
  })
})

test('an address that is not this machine is refused in words', () => {
  expect(() => listenHosts({ INGEST_HOST: '203.0.113.9' }, host)).toThrow(
    'INGEST_HOST=203.0.113.9 is no address of this machine',
  )
})

test.each([
  ['127.0.0.1', '127.0.0.1', false],
  ['localhost', 'localhost', false],
  ['0.0.0.0', '127.0.0.1', true],
  ['::', '[::1]', true],
  ['::1', '[::1]', false],
  ['10.1.2.3', '10.1.2.3', true],
])('what listens on %s is reached at %s; by other machines too: %s', (listen, name, open) => {
  expect(urlHostOf(listen)).toBe(name)
  expect(isOpen(listen)).toBe(open)
})

test('the processes are told, and links lead to where the wall can be reached', () => {
  const told = (env: NodeJS.ProcessEnv) =>
    processEnvironment({
      host,
      ports: portsAt(0),
      dataDir: '/data',
      options: defaultOptions,
      clock: { epochMs: 0, speed: 1 },
      logLevel: 'info',
      stores: [],
      env,
    })
  expect(told({})).toMatchObject({ API_HOST: host, INGEST_HOST: host, WALL_URL: 'http://127.0.0.1:8080' })
  expect(told({ API_HOST: '::', INGEST_HOST: '0.0.0.0' })).toMatchObject({
    API_HOST: '::',
    INGEST_HOST: '0.0.0.0',
    WALL_URL: 'http://[::1]:8080',
  })
})

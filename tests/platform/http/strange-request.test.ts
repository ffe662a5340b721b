import { describe, expect, test } from 'vitest'
import { type Pages, strangenessOf, type Visitors } from '../../../platform/http/strange-request.ts'

const pages: Pages = path => (path === '/' ? 'linked' : path.startsWith('/v1/') ? 'typed' : 'never')
const loopback: Visitors = { host: '127.0.0.1', allowedHosts: ['wall.example', '.citybrain.svc'], pages }
const everywhere: Visitors = { ...loopback, host: '0.0.0.0' }

const own = 'localhost:8080'

interface Asked {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly more?: readonly string[]
}

function codeOf(
  { method = 'GET', url = '/v1/x', headers = {}, more = [] }: Asked,
  visitors: Visitors,
): string {
  const all = { host: own, ...headers }
  const rawHeaders = [...Object.entries(all).flat(), ...more]
  return strangenessOf({ method, url, headers: all, rawHeaders }, visitors)?.code ?? 'welcome'
}

describe('the host that a request is meant for', () => {
  test.each([
    ['localhost', 'welcome'],
    ['LOCALHOST:8123', 'welcome'],
    ['localhost.:8123', 'welcome'],
    ['127.0.0.1:8123', 'welcome'],
    ['127.9.9.9', 'welcome'],
    ['[::1]:8123', 'welcome'],
    ['wall.example', 'welcome'],
    ['Wall.Example:443', 'welcome'],
    ['api.citybrain.svc', 'welcome'],
    ['citybrain.svc', 'welcome'],
    ['evil.example', 'foreign_host'],
    ['a.wall.example', 'foreign_host'],
    ['evilcitybrain.svc', 'foreign_host'],
    ['127.0.0.1.evil.example:8123', 'foreign_host'],
    ['evil.localhost', 'foreign_host'],
    ['0.0.0.0:8123', 'foreign_host'],
    ['10.1.2.3', 'foreign_host'],
    ['[fe80::1]', 'foreign_host'],
    ['localhost@evil.example', 'foreign_host'],
    ['localhost:8123@evil.example', 'foreign_host'],
    ['evil.example:8123 localhost', 'foreign_host'],
    ['', 'foreign_host'],
  ])('%s on loopback: %s', (host, code) => {
    expect(codeOf({ headers: { host } }, loopback)).toBe(code)
  })

  test.each([
    ['10.1.2.3:8080', 'welcome'],
    ['[fe80::1]:8080', 'welcome'],
    ['wall.example', 'welcome'],
    ['evil.example', 'foreign_host'],
    ['1.2.3.4.evil.example', 'foreign_host'],
  ])('%s on all addresses: %s', (host, code) => {
    expect(codeOf({ headers: { host } }, everywhere)).toBe(code)
  })

  test('the name it listens on', () => {
    expect(codeOf({ headers: { host: 'Kafka-1.lan:8080' } }, { ...loopback, host: 'kafka-1.lan' })).toBe(
      'welcome',
    )
    expect(codeOf({ headers: { host: '[fd00::7]:8080' } }, { ...loopback, host: 'fd00::7' })).toBe('welcome')
  })

  test('none at all', () => {
    expect(strangenessOf({ method: 'GET', url: '/', headers: {}, rawHeaders: [] }, loopback)?.code).toBe(
      'foreign_host',
    )
  })
})

describe('what says two things', () => {
  test.each([
    ['two hosts', { more: ['HOST', 'evil.example'] }],
    ['the same host twice', { more: ['Host', own] }],
    ['two origins', { headers: { origin: `http://${own}` }, more: ['Origin', 'http://evil.example'] }],
    ['two sites', { headers: { 'sec-fetch-site': 'none' }, more: ['Sec-Fetch-Site', 'cross-site'] }],
    ['a target with a host of its own', { url: 'http://evil.example/v1/x' }],
    ['a target with our host', { url: `http://${own}/v1/x` }],
    ['a target without a path', { url: 'v1/x' }],
  ])('%s', (_what, asked) => {
    expect(codeOf(asked, loopback)).toBe('ambiguous_request')
  })

  test('other headers may stand there twice', () => {
    expect(codeOf({ more: ['x-a', '1', 'x-a', '2', 'accept', 'a', 'accept', 'b'] }, loopback)).toBe('welcome')
  })
})

describe('the page that asks', () => {
  test.each([
    [`http://${own}`, own, 'welcome'],
    ['http://LOCALHOST:8080', own, 'welcome'],
    ['https://wall.example', 'wall.example', 'welcome'],
    ['https://wall.example', 'wall.example:443', 'welcome'],
    // A proxy that ends TLS and names us as it reaches us.
    ['https://wall.example', '127.0.0.1:8080', 'welcome'],
    ['http://localhost:5173', own, 'foreign_origin'],
    ['http://127.0.0.1:8080', own, 'foreign_origin'],
    ['http://evil.example', own, 'foreign_origin'],
    ['http://localhost:8080.evil.example', own, 'foreign_origin'],
    ['null', own, 'foreign_origin'],
    ['file://', own, 'foreign_origin'],
    ['chrome-extension://abcdef', own, 'foreign_origin'],
    ['', own, 'foreign_origin'],
  ])('%s at %s: %s', (origin, host, code) => {
    expect(codeOf({ method: 'POST', headers: { host, origin } }, loopback)).toBe(code)
  })
})

describe('what the browser says of a request', () => {
  const from = (site: string, mode: string, dest = 'empty') => ({
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
    'sec-fetch-dest': dest,
  })

  test.each([
    ['our page', '/v1/x', from('same-origin', 'cors'), 'welcome'],
    ['our page, where no page is served', '/query', from('same-origin', 'cors'), 'welcome'],
    ['an image of ours', '/x.png', from('same-origin', 'no-cors', 'image'), 'welcome'],
    ['a link on our page', '/v1/x', from('same-origin', 'navigate', 'document'), 'welcome'],
    ['the address bar', '/v1/x', from('none', 'navigate', 'document'), 'welcome'],
    ['the address bar, home', '/?region=370100', from('none', 'navigate', 'document'), 'welcome'],
    ['a link elsewhere to a page', '/?region=370100', from('cross-site', 'navigate', 'document'), 'welcome'],
    ['a link elsewhere to values', '/v1/x', from('cross-site', 'navigate', 'document'), 'cross_site'],
    ['a link of a neighbour to values', '/v1/x', from('same-site', 'navigate', 'document'), 'cross_site'],
    ['a frame elsewhere', '/', from('cross-site', 'navigate', 'iframe'), 'cross_site'],
    ['an image elsewhere', '/', from('cross-site', 'no-cors', 'image'), 'cross_site'],
    ['a script elsewhere', '/v1/x', from('cross-site', 'no-cors', 'script'), 'cross_site'],
    ['a neighbour', '/v1/x', from('same-site', 'cors'), 'cross_site'],
    ['the address bar, no page at all', '/query', from('none', 'navigate', 'document'), 'not_a_page'],
    ['a link elsewhere, no page at all', '/query', from('cross-site', 'navigate', 'document'), 'cross_site'],
    ['something new', '/', from('elsewhere', 'cors'), 'cross_site'],
  ])('%s', (_what, url, headers, code) => {
    expect(codeOf({ url, headers }, loopback)).toBe(code)
  })

  test('a form elsewhere may not send to a page either', () => {
    const headers = from('cross-site', 'navigate', 'document')
    expect(codeOf({ method: 'POST', url: '/', headers }, loopback)).toBe('cross_site')
  })

  test('a server without pages shows nothing', () => {
    const headers = from('none', 'navigate', 'document')
    expect(codeOf({ url: '/?query=SELECT 1', headers }, { host: '127.0.0.1', allowedHosts: [] })).toBe(
      'not_a_page',
    )
  })
})

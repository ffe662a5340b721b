import type { IncomingMessage } from 'node:http'
import { isLoopback } from './loopback.ts'

/** Whom a server is for. */
export interface Visitors {
  /** Where it listens. */
  readonly host: string
  /** Names of ours besides (setting ALLOWED_HOSTS); one that begins with a dot stands for all names below it. */
  readonly allowedHosts: readonly string[]
  /** What a browser may show of it, by path: nothing where absent. */
  readonly pages?: Pages
}

/**
 * - `typed`: opened by hand (address bar, bookmark) or by a link from our own pages
 * - `linked`: opened by a link from anywhere, which is only for what holds no values
 */
export type Pages = (path: string) => 'typed' | 'linked' | 'never'

/** Why a request is refused before anybody looks at it. */
export interface Strangeness {
  readonly status: 400 | 403 | 421
  readonly code: 'ambiguous_request' | 'foreign_host' | 'foreign_origin' | 'cross_site' | 'not_a_page'
  readonly detail: string
}

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>

/** Headers that say who asks: a request with two of a kind would mean one thing to us and another to a proxy. */
const single = new Set(['host', 'origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'])

/**
 * Tells a request that a page of somebody else makes a browser send from one that is meant for us. Programs send none of
 * these headers but Host.
 * - Host: a page whose name was made to point here (DNS rebinding) says its own name.
 * - Origin: browsers send it with everything that may change something, and with WebSockets.
 * - Sec-Fetch-Site, -Mode, -Dest (W3C Fetch Metadata): browsers send them with every request, links included.
 */
export function strangenessOf(request: Asked, visitors: Visitors): Strangeness | null {
  const { headers, url = '/' } = request
  const twice = repeated(request.rawHeaders)
  if (twice !== undefined) return ambiguous(`the header ${twice} stands there twice`)
  if (!url.startsWith('/') && url !== '*') return ambiguous('the target is not a path')

  const name = nameOf(headers.host)
  if (name === undefined || !isOurs(name, visitors)) {
    const detail = `Host ${headers.host ?? '(none)'} is not a name of this server; ALLOWED_HOSTS names more`
    return { status: 421, code: 'foreign_host', detail }
  }
  const { origin } = headers
  if (origin !== undefined && !isOwnOrigin(origin, headers.host, visitors)) {
    return { status: 403, code: 'foreign_origin', detail: `pages of ${origin} may not ask here` }
  }
  return acrossSites(request, url, visitors.pages ?? (() => 'never'))
}

function acrossSites({ headers, method }: Asked, url: string, pages: Pages): Strangeness | null {
  const site = headers['sec-fetch-site']
  const navigates = headers['sec-fetch-mode'] === 'navigate'
  const ours = site === undefined || site === 'same-origin' || site === 'none'
  if (ours && !navigates) return null
  const reads = method === 'GET' || method === 'HEAD'
  const page = navigates && reads ? pages(url.split('?', 1)[0] ?? url) : 'never'
  if (page === 'linked' && (ours || headers['sec-fetch-dest'] === 'document')) return null
  if (page === 'typed' && ours) return null
  return ours
    ? { status: 403, code: 'not_a_page', detail: 'this is for programs: no page is served here' }
    : { status: 403, code: 'cross_site', detail: 'a page of another site asks' }
}

function ambiguous(detail: string): Strangeness {
  return { status: 400, code: 'ambiguous_request', detail }
}

function repeated(rawHeaders: readonly string[]): string | undefined {
  let seen: Set<string> | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase()
    if (name === undefined || !single.has(name)) continue
    seen ??= new Set()
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

/** The name or address in a Host header, without port and in lower case. */
function nameOf(host: string | undefined): string | undefined {
  return /^(\[[\da-f:.]+\]|[^\s:[\]/@\\]+?)\.?(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase()
}

function isOurs(name: string, { host, allowedHosts }: Visitors): boolean {
  if (isLoopback(name) || name === host.toLowerCase() || `[${host.toLowerCase()}]` === name) return true
  // A page needs a name to be taken for us; somebody who is reached from elsewhere cannot know all of his addresses.
  if (!isLoopback(host) && isAddress(name)) return true
  return isNamed(name, allowedHosts)
}

function isNamed(name: string, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some(allowed =>
    allowed.startsWith('.') ? name.endsWith(allowed) || name === allowed.slice(1) : name === allowed,
  )
}

function isAddress(name: string): boolean {
  return name.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)
}

/** A page that was served from here: from the very Host, or, where a proxy changed that, from a name of ours. */
function isOwnOrigin(origin: string, host: string | undefined, { allowedHosts }: Visitors): boolean {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false
  const from = new URL(origin)
  return from.host === withoutDefaultPort(host, from.protocol) || isNamed(from.hostname, allowedHosts)
}

function withoutDefaultPort(host: string | undefined, protocol: string): string | undefined {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : undefined
}

import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../../platform/http/loopback.ts'

/** Who asks: where the connection comes from and what it shows. */
export interface Caller {
  readonly remoteAddress: string | undefined
  /** The request was passed on by a proxy, or was meant for another host: its address says nothing of its sender. */
  readonly forwarded?: boolean
  readonly token?: string
  /** The screen that it says it is. */
  readonly wall?: string
}

/** What a request shows, however it goes on: HTTP, and the one that opens the stream. */
export function callerOf(request: {
  readonly headers: IncomingHttpHeaders
  readonly httpVersion?: string
  readonly socket: { readonly remoteAddress?: string | undefined }
}): Caller {
  const { headers, httpVersion, socket } = request
  const token = bearerOf(headers.authorization)
  const wall = headers['citybrain-wall']
  return {
    remoteAddress: socket.remoteAddress,
    forwarded: isForwarded(headers, httpVersion),
    ...(token === undefined ? {} : { token }),
    ...(typeof wall === 'string' ? { wall } : {}),
  }
}

/** Any Authorization counts as a token: another scheme is somebody who wants to be known, not nobody. */
function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
}

/**
 * Headers that proxies, load balancers and content networks add. A program on this machine that sends one of them itself
 * is asked for a token, which does no harm.
 */
const proxyHeaders = [
  /^(via|forwarded|front-end-https|cdn-loop|proxy-.+)$/,
  /^x-(forwarded|original|envoy|azure|amzn?|arr|appengine|proxy|cluster|varnish|scheme)\b/,
  /^x-real-ip$/,
  /(client|remote|connecting|user|source)-?(ip|addr|host)$/,
  /^(cf|fly|fastly|akamai|ali|eagleeye|wl-proxy)-/,
]

/**
 * Whether a proxy passed it on: it says so, or speaks HTTP/1.0, as nginx does by itself and browsers do not, or it was
 * meant for another host. A page elsewhere whose name was made to point here says its own host.
 */
function isForwarded(headers: IncomingHttpHeaders, httpVersion: string | undefined): boolean {
  if (httpVersion === '1.0' || httpVersion === '0.9') return true
  if (Object.keys(headers).some(name => proxyHeaders.some(header => header.test(name)))) return true
  return headers.host !== undefined && !isLoopback(headers.host.toLowerCase().replace(/:\d+$/, ''))
}

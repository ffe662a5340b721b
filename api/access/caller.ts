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
  readonly socket: { readonly remoteAddress?: string | undefined }
}): Caller {
  const { headers, socket } = request
  const token = bearerOf(headers.authorization)
  const wall = headers['citybrain-wall']
  return {
    remoteAddress: socket.remoteAddress,
    forwarded: isForwarded(headers),
    ...(token === undefined ? {} : { token }),
    ...(typeof wall === 'string' ? { wall } : {}),
  }
}

/** Any Authorization counts as a token: another scheme is somebody who wants to be known, not nobody. */
function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
}

/** The host is looked at too: a page elsewhere whose name was made to point here says its own. */
function isForwarded(headers: IncomingHttpHeaders): boolean {
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return true
  return headers.host !== undefined && !isLoopback(headers.host.toLowerCase().replace(/:\d+$/, ''))
}

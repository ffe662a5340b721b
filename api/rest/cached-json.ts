import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** An answer that does not change while the process runs. */
export interface CachedJson {
  readonly text: string
  /** Weak, because the answer may be compressed on its way. */
  readonly etag: string
}

export function cachedJson(value: unknown): CachedJson {
  const text = JSON.stringify(value)
  return { text, etag: `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` }
}

/** Sends the answer, or 304 to somebody who has it. */
export function sendCached(
  request: FastifyRequest,
  reply: FastifyReply,
  { text, etag }: CachedJson,
): FastifyReply {
  reply.header('etag', etag).header('cache-control', 'no-cache')
  const known = request.headers['if-none-match']?.split(',').map(tag => tag.trim())
  if (known?.some(tag => tag === etag || tag === '*')) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}

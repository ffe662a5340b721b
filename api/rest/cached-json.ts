import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'

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

const headers = {
  etag: Type.String({ description: 'Send it back as If-None-Match' }),
  'cache-control': Type.String({ description: '`no-cache`: keep it, but ask whether it still holds' }),
}

/** How such an answer is described. */
export const cataloguePage = <T extends TSchema>(description: string, answer: T) => ({
  ...answer,
  description,
  headers,
})
export const NotModified = Type.Null({ description: 'You have it already', headers })

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

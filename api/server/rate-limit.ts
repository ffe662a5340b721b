import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../platform/errors.ts'
import { anonymousViewer } from '../access/viewer.ts'

/** Clients that are remembered at once; beyond, the one heard of longest ago is forgotten. */
const rememberedClients = 5_000
const minuteMs = 60_000

/**
 * Bounds how often one client asks in the scope; after admission, before the routes.
 * Somebody with a token is one client wherever they are, nobody in particular is their address.
 * @param perMinute requests
 */
export async function limitRate(scope: FastifyInstance, perMinute: number): Promise<void> {
  await scope.register(rateLimit, {
    max: perMinute,
    timeWindow: minuteMs,
    cache: rememberedClients,
    keyGenerator: ({ viewer, socket }) =>
      viewer === anonymousViewer ? `address ${socket.remoteAddress}` : `viewer ${viewer.name}`,
    // Every answer with three more headers helps nobody: who is refused is told when to come back.
    addHeadersOnExceeding: off,
    addHeaders: { ...off, 'retry-after': true },
    errorResponseBuilder: (_request, { max, ttl }) =>
      new CodedError('rate_limited', `more than ${max} requests in a minute`, {
        hint: `ask again in ${Math.ceil(ttl / 1000)} s; the stream tells changes without asking`,
      }),
  })
}

const off = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }

import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { History } from '../history/ask-history.ts'

/** Aborts when the client goes before the answer is out. */
export function whenLeft(response: ServerResponse): AbortSignal {
  const left = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) left.abort(new Error('the client left'))
  })
  return left.signal
}

/** The sources for one request: what it asks of stored values is cancelled when nobody waits for the answer any more. */
export function whileWaiting<S extends History>(sources: S, reply: FastifyReply): S {
  return { ...sources, signal: whenLeft(reply.raw) }
}

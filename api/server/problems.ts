import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { CodedError, messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'

/** Every error of the API: a stable code, its status, and what it means. */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  unknown_region: { status: 400, title: 'There is no such region' },
  unknown_kpi: { status: 404, title: 'There is no such KPI' },
  empty_range: { status: 400, title: 'The time range holds nothing' },
  range_too_long: { status: 400, title: 'The time range is too long for this step' },
  too_many_points: { status: 400, title: 'The answer would have too many points' },
  invalid_matcher: { status: 400, title: 'A matcher is not valid' },
  window_not_found: { status: 404, title: 'There is no such window' },
  revision_not_found: { status: 404, title: 'There is no such revision' },
  unauthorized: { status: 401, title: 'Not signed in' },
  token_expired: { status: 401, title: 'The token has expired' },
  kiosk_revoked: { status: 401, title: 'This screen was signed out' },
  forbidden_region: { status: 403, title: 'A region that this token does not name' },
  forbidden_role: { status: 403, title: 'A role that this token does not name' },
  wrong_wall: { status: 403, title: 'The token of another wall' },
  not_found: { status: 404, title: 'There is nothing here' },
  export_not_found: { status: 404, title: 'There is no such export' },
  kiosk_not_found: { status: 404, title: 'There is no such kiosk' },
  alert_not_found: { status: 404, title: 'There is no such alert' },
  silence_not_found: { status: 404, title: 'There is no such silence' },
  method_not_allowed: { status: 405, title: 'This is asked with another method' },
  request_timeout: { status: 408, title: 'The request came too slowly' },
  export_id_taken: { status: 409, title: 'An export of this id is running' },
  kiosks_not_configured: { status: 409, title: 'No kiosk tokens are given out here' },
  alert_full: { status: 409, title: 'Too much was done about this alert already' },
  too_many_silences: { status: 409, title: 'Too many silences hold already' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not JSON' },
  message_too_large: { status: 413, title: 'What would be written is too large' },
  upgrade_required: { status: 426, title: 'This is a WebSocket endpoint' },
  rate_limited: { status: 429, title: 'Too many requests' },
  too_many_exports: { status: 429, title: 'Too many exports of one viewer at once' },
  headers_too_large: { status: 431, title: 'Address and headers are too long' },
  internal_error: { status: 500, title: 'The server failed' },
  keys_unavailable: { status: 503, title: 'Tokens cannot be checked now' },
  kiosks_unavailable: { status: 503, title: 'Kiosks cannot be changed now' },
  alerts_unavailable: { status: 503, title: 'Nothing can be done about alerts now' },
  history_unavailable: { status: 503, title: 'Stored values cannot be read now' },
  exports_busy: { status: 503, title: 'Too many exports at once' },
  history_timeout: { status: 504, title: 'Reading stored values took too long' },
} as const

export type ProblemCode = keyof typeof problems

/** What every question about what is stored of some regions may be answered with. */
export const storedInRegions = [
  'invalid_request',
  'unknown_region',
  'forbidden_region',
  'history_unavailable',
  'history_timeout',
] as const satisfies readonly ProblemCode[]

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'about:blank' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(problems)),
    detail: Type.String(),
    hint: Type.Optional(Type.String({ description: 'What to do about it' })),
  },
  { description: 'RFC 9457 problem' },
)

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}

/** What every route below /v1 may answer. */
const everywhere: readonly ProblemCode[] = [
  'invalid_request',
  'unauthorized',
  'token_expired',
  'kiosk_revoked',
  'forbidden_role',
  'wrong_wall',
  'keys_unavailable',
  'rate_limited',
  'internal_error',
]

/** The documented answers of a route below /v1 besides its good one; those of every route are added. */
export function problemResponses(...own: readonly ProblemCode[]) {
  const codes = [...new Set([...everywhere, ...own])]
  const statuses = new Set(codes.map(code => problems[code].status))
  return Object.fromEntries(
    [...statuses].map(status => [
      status,
      {
        description: titlesOf(codes, status),
        ...retryAfter(status),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  )
}

/** Where asking again later helps, the answer says when. */
function retryAfter(status: number): object {
  if (status !== 429 && status !== 503) return {}
  return { headers: { 'retry-after': Type.Integer({ minimum: 0, description: 'Seconds' }) } }
}

function titlesOf(codes: readonly ProblemCode[], status: number): string {
  return codes
    .filter(code => problems[code].status === status)
    .map(code => `\`${code}\`: ${problems[code].title}`)
    .join('; ')
}

/** Every error leaves as a problem; what is not in the table is ours to repair, and logged. */
export function installProblems(app: FastifyInstance, log: Log): void {
  app.setErrorHandler(async (error, request, reply) => {
    const { code, detail, hint } = explain(error)
    if (reply.raw.destroyed) {
      // The client left, and what was asked for it was given up: nothing failed, and nobody is there to be told.
      log.debug({ method: request.method, url: request.url, code }, 'the client left before it was answered')
    } else if (problems[code].status >= 500) {
      log.error(
        { method: request.method, url: request.url, code, reason: messageOf(error) },
        'request failed',
      )
    }
    return sendProblem(reply, code, detail, hint)
  })
  app.setNotFoundHandler(async (request: FastifyRequest, reply) =>
    sendProblem(reply, 'not_found', `${request.method} ${request.url} is not served here`, 'see /docs'),
  )
}

function explain(error: unknown): { code: ProblemCode; detail: string; hint?: string } {
  if (error instanceof CodedError && isProblemCode(error.code)) {
    const { code, message: detail, hint } = error
    return hint === undefined ? { code, detail } : { code, detail, hint }
  }
  const status = clientErrorStatus(error)
  if (status === 413) return { code: 'too_large', detail: messageOf(error) }
  if (status === 415) {
    return { code: 'unsupported_media_type', detail: messageOf(error), hint: 'send application/json' }
  }
  if (status !== undefined) return { code: 'invalid_request', detail: messageOf(error) }
  return { code: 'internal_error', detail: 'the reason is in the log of the api' }
}

/** Of what Fastify itself refuses: schemas that do not hold, bodies that are too large. */
function clientErrorStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined
  const { statusCode } = error
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined
}

export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  hint?: string,
): FastifyReply {
  const problem = problemOf(code, detail, hint)
  const { status } = problem
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (status === 503) reply.header('retry-after', '5')
  if (code === 'too_many_exports') reply.header('retry-after', '30')
  if (code === 'rate_limited' && !reply.hasHeader('retry-after')) reply.header('retry-after', '60')
  // What a route had said of its good answer.
  for (const header of ['content-disposition', 'content-encoding', 'etag']) reply.removeHeader(header)
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem))
}

export function problemOf(code: ProblemCode, detail: string, hint?: string): Static<typeof Problem> {
  const { status, title } = problems[code]
  const problem = { type: 'about:blank', title, status, code, detail }
  return hint === undefined ? problem : { ...problem, hint }
}

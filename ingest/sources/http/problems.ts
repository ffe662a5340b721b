import type { CodedError } from '../../../platform/errors.ts'

interface ProblemDefinition {
  readonly status: number
  readonly title: string
  /** Seconds after which the sender should try again. */
  readonly retryAfterS?: number
}

/** Every error of the HTTP door; codes are stable. */
export const problems = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_encoding: { status: 400, title: 'The body is not what its Content-Encoding says' },
  not_items: { status: 400, title: 'The body is neither an object nor an array' },
  bad_request: { status: 400, title: 'The request is malformed' },
  key_missing: { status: 401, title: 'A key is needed' },
  key_unknown: { status: 401, title: 'The key is not known' },
  forbidden_record: { status: 403, title: 'The key is not for this record type' },
  forbidden_assets: { status: 403, title: 'The key is not for registering assets' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, title: 'This is asked with another method' },
  unknown_record: { status: 404, title: 'The record type does not exist' },
  body_too_large: { status: 413, title: 'The body is too large' },
  too_many_items: { status: 413, title: 'The body has too many items' },
  item_too_large: { status: 413, title: 'An item is too large' },
  message_too_large: { status: 413, title: 'A message is larger than any broker takes' },
  unsupported_media_type: { status: 415, title: 'The Content-Type is not supported' },
  unsupported_encoding: { status: 415, title: 'The Content-Encoding is not supported' },
  nothing_accepted: { status: 422, title: 'None of the items was accepted' },
  too_many_requests: { status: 429, title: 'Too many requests from this client', retryAfterS: 1 },
  sender_left: { status: 499, title: 'The sender has gone: nobody reads this' },
  internal: { status: 500, title: 'Ingest failed' },
  overloaded: { status: 503, title: 'Too much is in flight', retryAfterS: 1 },
  broker_unavailable: { status: 503, title: 'Kafka does not acknowledge', retryAfterS: 5 },
} as const satisfies Readonly<Record<string, ProblemDefinition>>

export type ProblemCode = keyof typeof problems

/** RFC 9457, served as application/problem+json. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  readonly [extension: string]: unknown
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}

export function problemOf(code: ProblemCode, detail: string, extensions: object = {}): Problem {
  const { status, title } = problems[code]
  return { type: `urn:citybrain:problem:${code}`, title, status, code, detail, ...extensions }
}

export function retryAfterOf(code: ProblemCode): number | undefined {
  const definition: ProblemDefinition = problems[code]
  return definition.retryAfterS
}

/** Fastify's own errors, and ours, in the words of the table. */
export function problemCodeOf(error: { readonly code?: string; readonly statusCode?: number }): ProblemCode {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'body_too_large'
  if (error.code && isProblemCode(error.code)) return error.code
  if (error.statusCode === 429) return 'too_many_requests'
  return error.statusCode && error.statusCode < 500 ? 'bad_request' : 'internal'
}

export function detailOf(error: Error | CodedError): string {
  const hint = 'hint' in error ? error.hint : undefined
  return hint ? `${error.message}; ${hint}` : error.message
}

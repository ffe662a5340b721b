import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** RFC 9457, as every server of ours answers before a request has got to anybody. */
export interface RefusedProblem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
}

export function refusedProblem(status: number, code: string, detail: string): RefusedProblem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Refused', status, code, detail }
}

/**
 * Answers what is not HTTP, has too long a head or does not come to its end; then the connection is of no use.
 * @returns the code it was answered with
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): string {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return 'connection_lost'
  }
  const problem = explained(error.code)
  refuseSocket(socket, problem)
  return problem.code
}

/** The last words on a connection on which no response object stands for a request. */
export function refuseSocket(socket: Duplex, problem: RefusedProblem): void {
  const body = JSON.stringify(problem)
  socket.on('error', () => socket.destroy())
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  )
}

function explained(code: string | undefined): RefusedProblem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refusedProblem(431, 'headers_too_large', 'address and headers exceed 16 KiB')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusedProblem(408, 'request_timeout', 'the request did not come to its end in time')
    default:
      return refusedProblem(400, 'invalid_request', 'this is not HTTP')
  }
}

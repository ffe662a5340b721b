import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ProblemCode } from './problems.ts'
import { problemOf } from './problems.ts'

/** Answers what is not HTTP, has too long a head or does not come to its end; then the connection is of no use. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [code, detail] = explained(error.code)
  const problem = problemOf(code, detail)
  const body = JSON.stringify(problem)
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

function explained(code: string | undefined): readonly [ProblemCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['headers_too_large', 'address and headers exceed 16 KiB']
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['request_timeout', 'the request did not come to its end']
  return ['invalid_request', 'this is not HTTP']
}

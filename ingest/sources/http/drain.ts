import type { IncomingMessage } from 'node:http'

/**
 * Reads what is left of a request's body and throws it away, up to `maxBytes` and `maxMs`. A sender whose connection is
 * closed while it is still writing sees a broken pipe and never the answer that says why.
 */
export function drain(request: IncomingMessage, maxBytes: number, maxMs: number): Promise<void> {
  if (request.complete || request.readableEnded || request.destroyed) return Promise.resolve()
  return new Promise(resolve => {
    let bytes = 0
    const timer = setTimeout(done, maxMs)
    function take(chunk: Buffer): void {
      bytes += chunk.length
      if (bytes > maxBytes) done()
    }
    function done(): void {
      clearTimeout(timer)
      request.off('data', take).off('end', done).off('close', done).off('error', done)
      resolve()
    }
    request.on('data', take).on('end', done).on('close', done).on('error', done).resume()
  })
}

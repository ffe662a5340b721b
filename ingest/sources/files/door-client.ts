import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from '../../../platform/errors.ts'

const compress = promisify(gzip)

const Answer = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
})

export interface DoorAnswer {
  readonly accepted: number
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[]
}

const attempts = 12
const firstWaitMs = 250
const maxWaitMs = 15_000

/** Posts NDJSON to the HTTP door, gzipped; waits and tries again where trying again can help. */
export class DoorClient {
  private readonly url: string
  private readonly headers: Readonly<Record<string, string>>
  /** Requests that had to be sent again. */
  retries = 0

  /** @param headers go with every request. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.url = url
    this.headers = headers
  }

  /** @throws CodedError `door_refused`, `door_unreachable`. */
  async post(path: string, items: readonly unknown[]): Promise<DoorAnswer> {
    const text = items.map(item => JSON.stringify(item)).join('\n')
    const body = await compress(text, { level: 1 })
    let waitMs = firstWaitMs
    for (let attempt = 1; ; attempt++) {
      const result = await this.attempt(path, body)
      if ('answer' in result) return result.answer
      if (attempt === attempts) throw result.error
      this.retries++
      await sleep(result.retryAfterMs ?? waitMs)
      waitMs = Math.min(waitMs * 2, maxWaitMs)
    }
  }

  private async attempt(
    path: string,
    body: Buffer,
  ): Promise<{ answer: DoorAnswer } | { error: CodedError; retryAfterMs: number | undefined }> {
    let response: Response
    let text: string
    try {
      response = await fetch(this.url + path, {
        method: 'POST',
        headers: { ...this.headers, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
        body: new Uint8Array(body),
        signal: AbortSignal.timeout(120_000),
      })
      text = await response.text()
    } catch (cause) {
      const reason = messageOf(cause instanceof Error && cause.cause ? cause.cause : cause)
      const error = new CodedError('door_unreachable', `${this.url}${path}: ${reason}`, { cause })
      return { error, retryAfterMs: undefined }
    }
    if (response.ok) return { answer: Value.Parse(Answer, JSON.parse(text)) }
    const error = new CodedError('door_refused', `${this.url}${path}: ${response.status} ${text}`)
    if (response.status !== 429 && response.status !== 503) throw error
    const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN)
    return { error, retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1000 : undefined }
  }
}

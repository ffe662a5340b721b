import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { fetchFrom } from '../../../platform/url-secrets.ts'

const compress = promisify(gzip)

const Answer = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
  rejected_total: Type.Optional(Type.Integer()),
  rejected_by_code: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  ignored_fields: Type.Optional(Type.Array(Type.String())),
})

export interface DoorAnswer {
  readonly accepted: number
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[]
  /** Where there are more than are listed: of which codes. */
  readonly rejected_by_code?: Readonly<Record<string, number>>
  /** Fields of accepted items that are not stored. */
  readonly ignored_fields?: readonly string[]
}

/** The environment variable that holds the key of whoever replays or redrives. */
export const keyVariable = 'INGEST_KEY'
const keyHint = `ingest takes readings of holders of a key: set ${keyVariable} to one of its INGEST_KEYS (docs/access.md)`

/** The header that shows the key of the environment; none where there is none. */
export function keyHeader(env: NodeJS.ProcessEnv): Record<string, string> {
  const key = env[keyVariable]
  return key ? { authorization: `Bearer ${key}` } : {}
}

/** At most 3 bytes each: below what the door takes in one body, compressed or not. */
const maxBodyCharacters = 2 << 20
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

  /**
   * In several requests where one would be large.
   * @throws CodedError `door_refused`, `door_unreachable`.
   */
  async post(path: string, items: readonly unknown[]): Promise<DoorAnswer> {
    const answers: DoorAnswer[] = []
    const starts: number[] = []
    let lines: string[] = []
    let characters = 0
    const flush = async () => {
      answers.push(await this.postText(path, lines.join('\n')))
      lines = []
      characters = 0
    }
    for (const [index, item] of items.entries()) {
      const line = JSON.stringify(item)
      if (characters > 0 && characters + line.length > maxBodyCharacters) await flush()
      if (lines.length === 0) starts.push(index)
      lines.push(line)
      characters += line.length
    }
    if (lines.length > 0 || items.length === 0) await flush()
    return joined(answers, starts)
  }

  private async postText(path: string, text: string): Promise<DoorAnswer> {
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
      response = await fetchFrom(this.url + path, {
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
    // 422: everything was refused, item by item.
    if (response.ok || response.status === 422) return { answer: Value.Parse(Answer, JSON.parse(text)) }
    const error = new CodedError('door_refused', `${this.url}${path}: ${response.status} ${text}`, {
      ...(response.status === 401 ? { hint: keyHint } : {}),
    })
    if (response.status !== 429 && response.status !== 503) throw error
    const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN)
    return { error, retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1000 : undefined }
  }
}

/** One answer of those to consecutive parts; `starts` is where each part began. */
function joined(answers: readonly DoorAnswer[], starts: readonly number[]): DoorAnswer {
  const [only] = answers
  if (only && answers.length === 1) return only
  const ignored = [...new Set(answers.flatMap(({ ignored_fields = [] }) => ignored_fields))].sort()
  const byCode: Record<string, number> = {}
  for (const answer of answers) {
    for (const [code, count] of countsOf(answer)) byCode[code] = (byCode[code] ?? 0) + count
  }
  return {
    accepted: answers.reduce((sum, { accepted }) => sum + accepted, 0),
    rejected: answers.flatMap(({ rejected }, part) =>
      rejected.map(each => ({ ...each, index: each.index + (starts[part] ?? 0) })),
    ),
    rejected_by_code: byCode,
    ...(ignored.length > 0 && { ignored_fields: ignored }),
  }
}

/** How many were rejected, by code. */
export function countsOf({ rejected, rejected_by_code }: DoorAnswer): readonly (readonly [string, number])[] {
  if (rejected_by_code) return Object.entries(rejected_by_code)
  const counts = new Map<string, number>()
  for (const { code } of rejected) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts]
}

/** What came of a request: a status, or none because nobody answered. */
export type Answer =
  | {
      readonly status: number
      readonly retryAfterMs: number | null
      readonly said: string
      /** Why it is a refusal all the same, of a good status. */
      readonly refusal: string | null
    }
  | { readonly status: null; readonly said: string }

export type Decision =
  | { readonly is: 'delivered' }
  | { readonly is: 'give up'; readonly reason: string }
  | { readonly is: 'retry'; readonly afterMs: number; readonly reason: string }

const firstPauseMs = 1_000
const longestPauseMs = 60_000

/**
 * The message itself is not acceptable, and never will be. What else a receiver refuses (401, 404 and the like) is for
 * somebody to set right, and is told again until then: RFC 9110, section 15.5.
 */
const hopeless: ReadonlySet<number> = new Set([400, 405, 406, 410, 411, 413, 414, 415, 417, 422, 431])

/** @param attempt from 1 @param random in [0, 1), so that those who wait do not all come back at once */
export function decideRetry(answer: Answer, attempt: number, random: number): Decision {
  const { status, said } = answer
  const refusal = answer.status === null ? null : answer.refusal
  if (status !== null && status >= 200 && status < 300 && refusal === null) return { is: 'delivered' }
  const reason = status === null ? said : [status, refusal, said].filter(Boolean).join(' ')
  if (status !== null && hopeless.has(status)) return { is: 'give up', reason }
  const full = Math.min(firstPauseMs * 2 ** Math.min(attempt - 1, 30), longestPauseMs)
  const asked = answer.status === null ? null : answer.retryAfterMs
  return { is: 'retry', afterMs: Math.max(full * (0.5 + 0.5 * random), asked ?? 0), reason }
}

import { messageOf } from '../../../platform/errors.ts'
import { fetchFrom } from '../../../platform/url-secrets.ts'
import type { Answer } from './decide-retry.ts'

const patienceMs = 10_000
const mostSaid = 300
/** A receiver that asks for more is told again anyway. */
const longestRetryAfterMs = 10 * 60_000

export interface ReceiverRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Posts to a receiver; whatever happens is an answer. Redirects are not followed: they would take the alert elsewhere.
 * @param refusal says of the body of a good answer whether it is a refusal
 */
export async function askReceiver(
  { url, headers, body }: ReceiverRequest,
  refusal: (said: string) => string | null = () => null,
): Promise<Answer> {
  try {
    const response = await fetchFrom(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'citybrain', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await response.text()
    return {
      status: response.status,
      retryAfterMs: retryAfter(response.headers.get('retry-after')),
      said: text.slice(0, mostSaid),
      refusal: response.ok ? refusal(text) : null,
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause ? `: ${messageOf(error.cause)}` : ''
    return { status: null, said: `${messageOf(error)}${cause}` }
  }
}

/** Seconds only; a date would trust the receiver's clock. */
function retryAfter(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN)
  return seconds >= 0 ? Math.min(seconds * 1_000, longestRetryAfterMs) : null
}

import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Clock } from '../clock.ts'
import { CodedError, messageOf } from '../errors.ts'
import { fetchFrom } from '../url-secrets.ts'

export interface OauthOptions {
  /** Token endpoint of the identity provider. */
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** Empty for what the provider gives by itself. */
  readonly scope: string
  /** Wall clock. */
  readonly wall: Clock
}

const Answer = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  /** Seconds. RFC 6749 lets it be left out. */
  expires_in: Type.Optional(Type.Number({ minimum: 0 })),
})

const timeoutMs = 10_000
/** Where the provider does not say for how long a token holds. */
const assumedSeconds = 60
/**
 * kafkajs authenticates again 10 s before a session ends with its token, and the next token must be another one by then:
 * with the same one it would do so with every request, which Kafka refuses within a second (ILLEGAL_SASL_STATE).
 */
const renewBeforeMs = 15_000
/** Sessions with shorter tokens would always be about to end. */
const shortestSeconds = 24

/**
 * Access tokens by the client credentials grant (RFC 6749, 4.4), each one used until shortly before its end.
 * @returns asks for one; throws CodedError `oauth_unavailable` or `oauth_refused`. Not a TypeError as `fetch` does, after
 *   which kafkajs would not try again
 */
export function oauthTokens(options: OauthOptions): () => Promise<string> {
  const { wall } = options
  let held: { readonly token: string; readonly until: number } | undefined
  let asked: Promise<string> | undefined
  const renew = async (): Promise<string> => {
    const { access_token, expires_in = assumedSeconds } = await ask(options)
    if (expires_in < shortestSeconds) {
      throw new CodedError(
        'oauth_refused',
        `tokens hold for ${expires_in} s, and ${shortestSeconds} s are needed`,
        {
          hint: 'let the identity provider give this client tokens that hold for some minutes',
        },
      )
    }
    const lifeMs = expires_in * 1_000
    // A token that holds for less than half a minute is used for half of its time.
    held = { token: access_token, until: wall.now() + Math.max(lifeMs - renewBeforeMs, lifeMs / 2) }
    return access_token
  }
  return async () => {
    if (held && wall.now() < held.until) return held.token
    asked ??= renew().finally(() => {
      asked = undefined
    })
    return asked
  }
}

async function ask({ tokenUrl, clientId, clientSecret, scope }: OauthOptions) {
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const said = await fetchFrom(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) }),
    // The client's secret goes nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(cause => {
    const reason = messageOf(cause instanceof Error && cause.cause ? cause.cause : cause)
    throw new CodedError('oauth_unavailable', `the token endpoint does not answer: ${reason}`, { cause })
  })
  if (!said.ok) {
    // What it says may repeat what it was told: the status alone is passed on.
    await said.body?.cancel()
    throw new CodedError('oauth_refused', `the token endpoint answers ${said.status}`, {
      hint: 'KAFKA_SASL_OAUTH_TOKEN_URL, _CLIENT_ID, _CLIENT_SECRET and _SCOPE say whom it is asked as',
    })
  }
  const body: unknown = await said.json().catch(() => undefined)
  if (Value.Check(Answer, body)) return body
  throw new CodedError('oauth_refused', 'the token endpoint answers without an access_token')
}

import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'
import { withoutUserinfo } from '../../../platform/url-secrets.ts'

/** A key, and the algorithms that it is for: what a token says of its own algorithm never widens this. */
export interface TokenKey {
  readonly algorithms: readonly string[]
  readonly key: Uint8Array | JWTVerifyGetKey
}

/** Of a shared secret. Never of a key from a set, whose public half everybody knows. */
const secretAlgorithms = ['HS256']
const publicAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** A key set is read again after this, ms; sooner, but at most every half minute, for a key that is not in it. */
const keepKeysMs = 600_000
const cooldownMs = 30_000
const timeoutMs = 5_000

/** Where the keys are; empty for none. */
export interface KeySources {
  readonly jwtSecret: string
  readonly jwksUrl: string
}

export function tokenKeys({ jwtSecret, jwksUrl }: KeySources): readonly TokenKey[] {
  const keys: TokenKey[] = []
  if (jwtSecret !== '') keys.push({ algorithms: secretAlgorithms, key: Buffer.from(jwtSecret) })
  if (jwksUrl !== '') {
    const { url, headers } = withoutUserinfo(jwksUrl)
    const options = {
      cacheMaxAge: keepKeysMs,
      cooldownDuration: cooldownMs,
      timeoutDuration: timeoutMs,
      headers,
    }
    keys.push({ algorithms: publicAlgorithms, key: createRemoteJWKSet(new URL(url), options) })
  }
  return keys
}

import { Type } from 'typebox'
import { type Config, setting } from '../../platform/config.ts'
import { isLoopback } from '../../platform/http/loopback.ts'
import { type AnonymousPolicy, anonymousPolicies } from './access.ts'

/** HS256 is as strong as its secret, and RFC 7518 (3.2) asks for as many bytes as the hash has. */
const minSecretBytes = 32

export const authSettings = {
  anonymous: setting({
    env: 'AUTH_ANONYMOUS',
    type: Type.Enum(['', ...anonymousPolicies]),
    fallback: '',
    describe:
      'where viewers need no token: loopback, or off for nowhere; unset: loopback until AUTH_JWT_SECRET or AUTH_JWKS_URL is set',
  }),
  jwtSecret: setting({
    env: 'AUTH_JWT_SECRET',
    type: Type.String(),
    fallback: '',
    secret: true,
    parse: text => {
      if (Buffer.byteLength(text) >= minSecretBytes) return text
      throw new Error(`has fewer than ${minSecretBytes} bytes`)
    },
    describe: `secret that HS256 tokens and kiosk tokens are signed with, at least ${minSecretBytes} bytes`,
  }),
  jwksUrl: setting({
    env: 'AUTH_JWKS_URL',
    type: Type.String(),
    fallback: '',
    parse: text => {
      if (isSafe(text)) return text
      throw new Error(
        'is not an https URL, nor one of this machine: whoever can change the keys signs in as anybody',
      )
    },
    describe: 'JSON Web Key Set of the tokens signed with RS256, PS256, ES256 or EdDSA',
  }),
  jwtIssuer: setting({
    env: 'AUTH_JWT_ISSUER',
    type: Type.String(),
    fallback: '',
    describe: 'the claim iss that every token must have; empty for any',
  }),
  jwtAudience: setting({
    env: 'AUTH_JWT_AUDIENCE',
    type: Type.String(),
    fallback: '',
    describe: 'what the claim aud of every token must hold; empty for any',
  }),
  maxTokenDays: setting({
    env: 'AUTH_MAX_TOKEN_DAYS',
    type: Type.Number({ exclusiveMinimum: 0, maximum: 3_660 }),
    fallback: 30,
    describe: 'a token that holds for longer (iat, or now, to exp) is refused; kiosk tokens are not meant',
  }),
  refusedPerMinute: setting({
    env: 'AUTH_REFUSED_PER_MINUTE',
    type: Type.Integer({ minimum: 1 }),
    fallback: 60,
    describe: 'bad tokens of one address in a minute; beyond, only tokens that were good before are checked',
  }),
}

/** Who needs no token. Where nothing is said of it, nobody is anonymous once tokens can be checked. */
export function anonymousPolicyOf({
  anonymous,
  jwtSecret,
  jwksUrl,
}: Pick<Config<typeof authSettings>, 'anonymous' | 'jwtSecret' | 'jwksUrl'>): AnonymousPolicy {
  if (anonymous !== '') return anonymous
  return jwtSecret === '' && jwksUrl === '' ? 'loopback' : 'off'
}

function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

import { Type } from 'typebox'
import { setting } from '../../platform/config.ts'
import { isLoopback } from '../../platform/http/loopback.ts'
import { anonymousPolicies } from './access.ts'

/** HS256 is as strong as its secret, and RFC 7518 (3.2) asks for as many bytes as the hash has. */
const minSecretBytes = 32

export const authSettings = {
  anonymous: setting({
    env: 'AUTH_ANONYMOUS',
    type: Type.Enum([...anonymousPolicies]),
    fallback: 'loopback',
    describe: 'where viewers need no token: loopback, or off for nowhere',
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
}

function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { Clock } from '../../../platform/clock.ts'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import type { Tokens } from '../access.ts'
import type { Viewer } from '../viewer.ts'
import { type Claims, claimsOf, requireLifetime, viewerOfClaims } from './claims.ts'
import type { TokenKey } from './token-keys.ts'
import { requireWellFormed } from './well-formed.ts'

/** Clocks of two machines differ by this much, s. */
const leewaySeconds = 5

/** Knows the kiosks that tokens were given to. */
export interface Kiosks {
  /** @throws CodedError `kiosk_revoked` or `unauthorized`. */
  requireActive(id: string): void
}

export interface SignedTokensOptions {
  readonly keys: readonly TokenKey[]
  /** Empty for any. */
  readonly issuer: string
  /** Empty for any. */
  readonly audience: string
  /** Absent where no kiosk tokens are given out: then none is taken. */
  readonly kiosks?: Kiosks
  /** A token holds no longer, days; absent for any. Kiosk tokens can be taken back, and have a bound of their own. */
  readonly maxDays?: number
  readonly wall: Clock
}

/** JSON Web Tokens, checked with the configured keys. */
export class SignedTokens implements Tokens {
  private readonly options: SignedTokensOptions

  constructor(options: SignedTokensOptions) {
    this.options = options
  }

  async viewerOf(token: string, wall: string | undefined): Promise<Viewer> {
    const claims = claimsOf(await this.verified(token))
    const viewer = viewerOfClaims(claims, leewaySeconds * 1000)
    if (claims.wall !== undefined) return this.kioskOf(viewer, claims, claims.wall, wall)
    const { maxDays, wall: clock } = this.options
    if (maxDays !== undefined) requireLifetime(claims, maxDays, clock.now())
    return viewer
  }

  private async verified(token: string): Promise<JWTPayload> {
    try {
      requireWellFormed(token)
      const { algorithms, key } = this.keyFor(token)
      const options = { ...this.checks(), algorithms: [...algorithms] }
      const verified =
        key instanceof Uint8Array ? jwtVerify(token, key, options) : jwtVerify(token, key, options)
      return (await verified).payload
    } catch (error) {
      throw refusalOf(error)
    }
  }

  /** The algorithm chooses among the keys; the key then says which algorithms are taken. */
  private keyFor(token: string): TokenKey {
    const alg = algorithmOf(token)
    const key = this.options.keys.find(({ algorithms }) => alg !== undefined && algorithms.includes(alg))
    if (key) return key
    throw new CodedError(
      'unauthorized',
      `tokens of algorithm ${JSON.stringify(alg ?? null)} are not taken here`,
    )
  }

  private checks(): JWTVerifyOptions {
    const { issuer, audience, wall } = this.options
    return {
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(wall.now()),
      clockTolerance: leewaySeconds,
      ...(issuer === '' ? {} : { issuer }),
      ...(audience === '' ? {} : { audience }),
    }
  }

  /** A kiosk only reads, whatever else its token says, and only while it is known and on its own wall. */
  private kioskOf(viewer: Viewer, { jti }: Claims, own: string, wall: string | undefined): Viewer {
    const { kiosks } = this.options
    if (!kiosks || jti === undefined)
      throw new CodedError('unauthorized', 'kiosk tokens are not given out here')
    kiosks.requireActive(jti)
    if (wall !== own) {
      throw new CodedError('wrong_wall', `this is the token of wall ${JSON.stringify(own)}`, {
        hint: 'the screen names its wall: header Citybrain-Wall, or hello.wall on the stream',
      })
    }
    return { ...viewer, roles: ['viewer'], kiosk: { id: jti, wall: own } }
  }
}

/** @throws CodedError `unauthorized` where it is no token at all. */
function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg
  } catch (error) {
    throw new CodedError('unauthorized', 'this is not a JSON Web Token', { cause: error })
  }
}

/** Who is refused learns why as far as it is about the token; keys that cannot be read are our trouble, and pass. */
function refusalOf(error: unknown): CodedError {
  if (error instanceof CodedError) return error
  if (error instanceof errors.JWTExpired) {
    return new CodedError('token_expired', 'the token has expired', { hint: 'sign in again' })
  }
  if (isAboutToken(error))
    return new CodedError('unauthorized', `the token is not valid: ${messageOf(error)}`)
  return new CodedError('keys_unavailable', `the keys of tokens cannot be read now: ${messageOf(error)}`)
}

function isAboutToken(error: unknown): boolean {
  return aboutToken.some(kind => error instanceof kind)
}

const aboutToken = [
  errors.JWTClaimValidationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWSInvalid,
  errors.JWTInvalid,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JWSSignatureVerificationFailed,
]

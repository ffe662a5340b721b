import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from '../../../platform/errors.ts'
import { type Role, roles, type Viewer } from '../viewer.ts'

/**
 * What stands in histories, in logs and on screens. Control characters, line separators and marks that turn the
 * direction of writing would make it look like something else.
 */
const nameOf = (maxLength: number) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]*$',
  })

/** The claims that are read; others are left alone. `regions` and `roles` of another shape are an error, not nothing. */
const Claims = Type.Object({
  sub: nameOf(256),
  /** Epoch seconds. */
  exp: Type.Number(),
  iat: Type.Optional(Type.Number()),
  regions: Type.Optional(Type.Array(Type.String())),
  roles: Type.Optional(Type.Array(Type.String())),
  /** Makes it a kiosk token; `jti` is the kiosk then. */
  wall: Type.Optional(nameOf(256)),
  jti: Type.Optional(nameOf(256)),
})
export type Claims = Static<typeof Claims>

const shape = Compile(Claims)

/** What `regions` holds for somebody who may see everything. */
export const allRegions = '*'

/** @throws CodedError `unauthorized`. */
export function claimsOf(payload: unknown): Claims {
  if (shape.Check(payload)) return payload
  const [first] = shape.Errors(payload)
  throw new CodedError(
    'unauthorized',
    `the token's claims are wrong: ${first?.instancePath ?? ''} ${first?.message}`,
  )
}

const dayS = 86_400

/**
 * A token that cannot be taken back holds for so long at most; `iat` says from when on, else now does.
 * @param now epoch ms
 * @throws CodedError `unauthorized`.
 */
export function requireLifetime({ exp, iat }: Claims, maxDays: number, now: number): void {
  if (exp - (iat ?? now / 1000) <= maxDays * dayS) return
  throw new CodedError('unauthorized', `the token holds for more than ${maxDays} days`, {
    hint: 'ask for one that ends sooner, or for a kiosk token, which can be taken back; the server sets AUTH_MAX_TOKEN_DAYS',
  })
}

/**
 * Whom the claims of a verified token describe. No `regions` is no region, never all; roles that are not known here
 * are left out.
 * @param leewayMs how long after `exp` the token is still taken
 * @throws CodedError `forbidden_role` where no role is left.
 */
export function viewerOfClaims(
  { sub, exp, regions = [], roles: named = [] }: Claims,
  leewayMs: number,
): Viewer {
  const held = roles.filter((role: Role) => named.includes(role))
  if (held.length === 0) {
    throw new CodedError('forbidden_role', `${sub} has no role here`, {
      hint: `the claim roles holds one of ${roles.join(', ')}`,
    })
  }
  return {
    name: sub,
    regions: regions.includes(allRegions) ? 'all' : regions,
    roles: held,
    expiresAt: exp * 1000 + leewayMs,
  }
}

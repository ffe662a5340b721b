import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from '../../../platform/errors.ts'
import { type Role, roles, type Viewer } from '../viewer.ts'

/** The claims that are read; others are left alone. `regions` and `roles` of another shape are an error, not nothing. */
const Claims = Type.Object({
  sub: Type.String({ minLength: 1, maxLength: 256 }),
  /** Epoch seconds. */
  exp: Type.Number(),
  regions: Type.Optional(Type.Array(Type.String())),
  roles: Type.Optional(Type.Array(Type.String())),
  /** Makes it a kiosk token; `jti` is the kiosk then. */
  wall: Type.Optional(Type.String({ minLength: 1 })),
  jti: Type.Optional(Type.String({ minLength: 1 })),
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

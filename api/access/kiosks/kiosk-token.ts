import { SignJWT } from 'jose'
import type { Kiosk } from './kiosk.ts'

export interface KioskKey {
  /** AUTH_JWT_SECRET. */
  readonly secret: string
  /** Empty for none. */
  readonly issuer: string
  /** Empty for none. */
  readonly audience: string
}

/** The token of a kiosk: it says itself all that is checked but one thing, whether it was revoked. */
export function kioskToken(kiosk: Kiosk, { secret, issuer, audience }: KioskKey): Promise<string> {
  const { kiosk_id, wall, regions, created_at, expires_at } = kiosk
  const token = new SignJWT({ wall, regions: [...regions], roles: ['viewer'] })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(`kiosk:${wall}:${kiosk_id}`)
    .setJti(kiosk_id)
    .setIssuedAt(Math.floor(created_at / 1000))
    .setExpirationTime(Math.floor(expires_at / 1000))
  if (issuer !== '') token.setIssuer(issuer)
  if (audience !== '') token.setAudience(audience)
  return token.sign(Buffer.from(secret))
}

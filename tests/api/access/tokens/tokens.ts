import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** Tokens made by hand, so that what a library would never write can be written. Times are epoch seconds. */

export const secret = randomBytes(32).toString('base64')
export const otherSecret = randomBytes(32).toString('base64')

export type Json = Readonly<Record<string, unknown>>

const base64url = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** @param signatureOf makes the signature of header and payload */
export function token(header: Json, claims: Json, signatureOf: (input: string) => Buffer | string): string {
  const input = `${base64url(header)}.${base64url(claims)}`
  const signature = signatureOf(input)
  return `${input}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`
}

export const hmac =
  (key: string | Buffer, hash = 'sha256') =>
  (input: string): Buffer =>
    createHmac(hash, key).update(input).digest()

/** A token as it should be, signed with the shared secret. */
export function hs256(claims: Json, key: string | Buffer = secret, header: Json = {}): string {
  return token({ alg: 'HS256', typ: 'JWT', ...header }, claims, hmac(key))
}

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const ed = generateKeyPairSync('ed25519')

const signers: Readonly<Record<string, (key: KeyObject, input: string) => Buffer>> = {
  RS256: (key, input) => sign('sha256', Buffer.from(input), key),
  PS256: (key, input) => sign('sha256', Buffer.from(input), { key, padding: 6, saltLength: 32 }),
  ES256: (key, input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }),
  EdDSA: (key, input) => sign(null, Buffer.from(input), key),
}

export function signed(alg: string, kid: string, key: KeyObject, claims: Json): string {
  return token({ alg, kid, typ: 'JWT' }, claims, input => signers[alg]!(key, input))
}

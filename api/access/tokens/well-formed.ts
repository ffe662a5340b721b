import { CodedError } from '../../../platform/errors.ts'

/** Longer than any token that fits into a header, characters. */
export const maxTokenLength = 16_384

/**
 * Refuses what is not a signed token as RFC 7515 writes it, before any key is looked for: three parts in base64url
 * without padding. Decoders take more than that, and then one token has many spellings.
 * @throws CodedError `unauthorized`.
 */
export function requireWellFormed(token: string): void {
  const parts = token.length > maxTokenLength ? [] : token.split('.')
  if (parts.length === 3 && parts.every(isCanonical)) return
  throw new CodedError('unauthorized', 'this is not a JSON Web Token', {
    hint: 'three parts of base64url without padding, with points between them',
  })
}

function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
}

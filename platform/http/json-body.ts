import { isUtf8 } from 'node:buffer'
import { MIMEType } from 'node:util'
import { CodedError } from '../errors.ts'

/** Names of UTF-8, and of what is a part of it. */
const charsets = ['utf-8', 'utf8', 'us-ascii']

/** The media type without its parameters, or null where it is none, or of another charset than UTF-8. */
export function utf8MediaType(contentType: string): string | null {
  try {
    const { essence, params } = new MIMEType(contentType)
    return charsets.includes(params.get('charset')?.toLowerCase() ?? 'utf-8') ? essence : null
  } catch {
    return null
  }
}

/**
 * The text of a JSON body, without a byte order mark.
 * @throws CodedError `unsupported_media_type`: another charset; `invalid_request`: bytes that are not UTF-8
 */
export function jsonBodyText(body: Buffer, contentType: string): string {
  if (utf8MediaType(contentType) === null) {
    throw new CodedError('unsupported_media_type', `Content-Type ${contentType}: JSON is sent in UTF-8`)
  }
  if (!isUtf8(body)) throw new CodedError('invalid_request', 'the bytes of the body are not UTF-8')
  return body.toString('utf8').replace(/^\uFEFF/, '')
}

/**
 * `invalid_request` where a text has half of a character (a lone surrogate, which JSON can say as `\ud800`): that has no bytes in
 * UTF-8, and would be stored as U+FFFD.
 */
export function halfCharacterIn(value: unknown): CodedError | null {
  // Not by recursion: a body may be nested as deeply as it likes.
  const rest = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === 'string' && !next.isWellFormed()) {
      const shown = JSON.stringify(next.slice(0, 80))
      return new CodedError('invalid_request', `a text has half of a character (a lone surrogate): ${shown}`)
    }
    if (typeof next !== 'object' || next === null) continue
    for (const [name, inner] of Object.entries(next)) rest.push(name, inner)
  }
  return null
}

import { CodedError } from '../../../platform/errors.ts'

const byteOrderMarks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const

const xmlDeclaration = /^[^<]*(?:<\?(?!xml\s)[^>]*>\s*)*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/

/**
 * The encoding of a file's text: that of its byte order mark, else the one that was asked for, else what its XML
 * declaration says, else UTF-8.
 * @throws CodedError `encoding_unknown`
 */
export function encodingOf(start: Buffer, asked: string | undefined, path: string): string {
  const marked = byteOrderMarks.find(({ bytes }) => bytes.every((byte, i) => start[i] === byte))
  if (marked) return marked.encoding
  const name = asked ?? declaredEncoding(start) ?? 'utf-8'
  const encoding = knownEncoding(name)
  if (encoding !== null) return encoding
  throw new CodedError('encoding_unknown', `${path}: there is no encoding ${name}`, {
    hint: 'use --encoding, such as gbk, gb18030, utf-16le',
  })
}

/** Where it can be read here it is not UTF-16, though some programs declare it and write UTF-8. */
function declaredEncoding(start: Buffer): string | undefined {
  const declared = xmlDeclaration.exec(start.toString('latin1'))?.[1]
  return declared === undefined || /^utf-?16/i.test(declared) ? undefined : declared
}

/** Its name in the WHATWG Encoding Standard, or null where it has none. */
export function knownEncoding(name: string): string | null {
  try {
    return new TextDecoder(name).encoding
  } catch {
    return null
  }
}

/** The beginning of a text, which may end within a character. */
export function beginningOfText(start: Buffer, encoding: string): string {
  return new TextDecoder(encoding).decode(start, { stream: true })
}

/**
 * The text in UTF-8, without a byte order mark.
 * @throws CodedError `wrong_encoding` with the place: bytes that no text of this encoding has
 */
export async function* inUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: string,
  path: string,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let bytes = 0
  const decode = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }))
    } catch {
      const place = `bytes ${bytes} to ${bytes + (chunk?.length ?? 0)}`
      throw new CodedError('wrong_encoding', `${path}: not ${encoding}, within ${place}`, {
        hint: 'say what it is with --encoding, such as gbk, gb18030, utf-16le',
      })
    }
  }
  for await (const chunk of chunks) {
    yield decode(chunk)
    bytes += chunk.length
  }
  yield decode()
}

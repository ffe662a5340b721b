import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import { CodedError, messageOf } from '../../../platform/errors.ts'

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const

type Encoding = keyof typeof decoders

function isEncoding(text: string): text is Encoding {
  return Object.hasOwn(decoders, text)
}

/**
 * Undoes the Content-Encoding. Decompression stops at `maxBytes`, however small the body that claims to hold more.
 * @throws CodedError `unsupported_encoding`, `malformed_encoding`, `body_too_large`.
 */
export async function decodeBody(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = (contentEncoding ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return body
  if (!isEncoding(encoding)) {
    const known = ['identity', ...Object.keys(decoders)].join(', ')
    throw new CodedError('unsupported_encoding', `Content-Encoding ${encoding}: use one of ${known}`)
  }
  try {
    return await decoders[encoding](body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new CodedError('body_too_large', `the body has more than ${maxBytes} bytes when decompressed`)
    }
    throw new CodedError('malformed_encoding', `the body is not ${encoding}: ${messageOf(error)}`)
  }
}

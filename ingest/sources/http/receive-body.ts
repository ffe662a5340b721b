import type { Readable } from 'node:stream'
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzipSync,
  inflateSync,
  constants as zlib,
  zstdDecompressSync,
} from 'node:zlib'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import type { InFlightLease } from './in-flight-limit.ts'

export interface BodyLimits {
  /** As it comes over the wire, compressed or not. */
  readonly maxBodyBytes: number
  readonly maxDecompressedBytes: number
  /** Bytes that one byte of a compressed body may become. */
  readonly maxDecompressionRatio: number
}

/** A body that is small when decompressed may be as repetitive as it likes, bytes. */
const ratioFloorBytes = 1 << 20
/** What RFC 9659 allows in HTTP: 8 MiB. A frame may ask for 128 MiB, however small it is. */
const zstdWindowLog = 23

/** What is so small, as sent and decompressed, is decoded at once: that takes less than to begin with a stream, bytes. */
const small = { sent: 4 * 1024, decoded: 64 * 1024 } as const

const zstd = { params: { [zlib.ZSTD_d_windowLogMax]: zstdWindowLog } }
const gzip = { stream: () => createGunzip(), atOnce: gunzipSync }

const decoders = {
  gzip,
  'x-gzip': gzip,
  deflate: { stream: () => createInflate(), atOnce: inflateSync },
  br: { stream: () => createBrotliDecompress(), atOnce: brotliDecompressSync },
  zstd: {
    stream: () => createZstdDecompress(zstd),
    atOnce: (body: Buffer, options: object) => zstdDecompressSync(body, { ...options, ...zstd }),
  },
} as const

type Encoding = keyof typeof decoders

function isEncoding(text: string): text is Encoding {
  return Object.hasOwn(decoders, text)
}

/**
 * Reads a body as it was sent; each chunk counts as in flight as soon as it is here.
 * @throws CodedError `body_too_large`, `overloaded`, `sender_left`
 */
export function receiveBody(
  body: Readable,
  { maxBodyBytes }: BodyLimits,
  lease: InFlightLease,
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const take = (chunk: Buffer): void => {
      bytes += chunk.length
      try {
        if (bytes > maxBodyBytes) throw tooLarge(`the body has more than ${maxBodyBytes} bytes`)
        lease.grow(chunk.length)
        chunks.push(chunk)
      } catch (error) {
        leave()
        body.pause()
        reject(error)
      }
    }
    const end = (): void => {
      leave()
      resolve(chunks)
    }
    const gone = (): void => {
      leave()
      reject(senderLeft())
    }
    const leave = () => body.off('data', take).off('end', end).off('error', gone).off('close', gone)
    body.on('data', take).on('end', end).on('error', gone).on('close', gone)
  })
}

/** The decoder of a Content-Encoding; null where there is nothing to decode. @throws CodedError `unsupported_encoding` */
export function encodingOf(contentEncoding: string | undefined): Encoding | null {
  const encoding = (contentEncoding ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return null
  if (isEncoding(encoding)) return encoding
  const known = ['identity', ...Object.keys(decoders)].join(', ')
  throw new CodedError('unsupported_encoding', `Content-Encoding ${encoding}: use one of ${known}`)
}

/**
 * Decompresses chunk by chunk, no faster than it is read, and stops at the first chunk that goes beyond the limits.
 * @throws CodedError `malformed_encoding`, `body_too_large`, `overloaded`
 */
export async function* decompressed(
  body: readonly Buffer[],
  encoding: Encoding,
  limits: BodyLimits,
  grow: InFlightLease['grow'],
): AsyncGenerator<Buffer, void, undefined> {
  const { maxDecompressedBytes, maxDecompressionRatio } = limits
  const sent = body.reduce((sum, chunk) => sum + chunk.length, 0)
  const byRatio = Math.max(ratioFloorBytes, sent * maxDecompressionRatio)
  const maxBytes = Math.min(maxDecompressedBytes, byRatio)
  const atOnce = sent <= small.sent ? decodedAtOnce(body, encoding, Math.min(small.decoded, maxBytes)) : null
  if (atOnce !== null) {
    grow(atOnce.length)
    yield atOnce
    return
  }
  const decoder = decoders[encoding].stream()
  for (const chunk of body) decoder.write(chunk)
  decoder.end()
  let bytes = 0
  try {
    for await (const chunk of decoder) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        const why = byRatio < maxDecompressedBytes ? ` (${maxDecompressionRatio} times what was sent)` : ''
        throw tooLarge(`the body has more than ${maxBytes} bytes when decompressed${why}`)
      }
      grow(chunk.length)
      yield chunk
    }
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw malformed(encoding, error)
  }
}

/** Null where there are more than `maxBytes`. */
function decodedAtOnce(body: readonly Buffer[], encoding: Encoding, maxBytes: number): Buffer | null {
  try {
    return decoders[encoding].atOnce(Buffer.concat(body), { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return null
    throw malformed(encoding, error)
  }
}

function malformed(encoding: Encoding, error: unknown): CodedError {
  return new CodedError('malformed_encoding', `the body is not ${encoding}: ${messageOf(error)}`)
}

export function senderLeft(): CodedError {
  return new CodedError('sender_left', 'the sender closed the connection before the answer')
}

function tooLarge(message: string): CodedError {
  return new CodedError('body_too_large', message)
}

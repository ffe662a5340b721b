import { Readable } from 'node:stream'
import { messageOf } from '../../../platform/errors.ts'
import { readBlockFrames } from './compression/block-frames.ts'
import { decoded } from './compression/encodings.ts'
import { readLz4Frames } from './compression/lz4-frames.ts'
import { ClickHouseException } from './protocol/exception.ts'
import { type HttpQuery, isOn } from './protocol/http-request.ts'
import { bounded, type Pace, paced } from './protocol/paced.ts'

export interface BodyLimits {
  readonly pace: Pace
  /** Of a decoded body. */
  readonly maxBytes: number
}

/**
 * The decoded body, never more of it in memory than its pieces.
 * @throws ClickHouseException 89 for an unknown Content-Encoding, 271 for data that is not in it, 209 for a body that
 * does not come, 229 for one that is too long, and what compressed blocks are found to be.
 */
export function openBody(limits: BodyLimits, request: Readable, query: HttpQuery): AsyncIterable<Uint8Array> {
  const coming = Readable.from(paced(request, limits.pace), { objectMode: false })
  const body = bounded(withoutEncoding(coming, query.contentEncoding), limits.maxBytes)
  if (!query.bodyInBlocks) return body
  const checksums = !isOn(query.settings.get('http_native_compression_disable_checksumming_on_decompress'))
  return bounded(readBlockFrames(body, { checksums }), limits.maxBytes)
}

function withoutEncoding(coming: Readable, encoding: string): AsyncIterable<Uint8Array> {
  if (encoding === 'lz4') return readLz4Frames(coming)
  const stream = decoded(coming, encoding)
  if (stream) return readable(stream)
  throw new ClickHouseException(
    'UNKNOWN_COMPRESSION_METHOD',
    `Unknown compression method ${encoding}; a Content-Encoding of a body may be zstd, lz4, gzip, br or deflate`,
  )
}

async function* readable(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (error) {
    if (error instanceof ClickHouseException) throw error
    throw new ClickHouseException('CANNOT_DECOMPRESS', `Cannot read the request body: ${messageOf(error)}`)
  }
}

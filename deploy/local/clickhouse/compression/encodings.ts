import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { compressFrame } from 'lz4-napi'

/**
 * A stream of the decoded bytes, or null for an encoding that node cannot decode. ClickHouse calls the
 * zlib format `deflate`, as HTTP does.
 */
export function decoded(body: Readable, encoding: string): Readable | null {
  const decoder = decoderOf(encoding)
  if (decoder === undefined) return null
  if (decoder === 'identity') return body
  body.once('error', error => decoder.destroy(error))
  return body.pipe(decoder)
}

function decoderOf(encoding: string) {
  switch (encoding) {
    case '':
    case 'identity':
      return 'identity'
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip()
    case 'deflate':
      return zlib.createInflate()
    case 'br':
      return zlib.createBrotliDecompress()
    case 'zstd':
      return zlib.createZstdDecompress()
    default:
      return undefined
  }
}

export interface Encoder {
  readonly name: string
  readonly encode: (bytes: Buffer) => Promise<Buffer>
}

const gzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gzip)
const deflate = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflate)
const brotli = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)
const zstd = promisify<zlib.InputType, Buffer>(zlib.zstdCompress)

/** In the order of preference: cheapest for its ratio first. Level 3 is ClickHouse's default. */
const encoders: readonly Encoder[] = [
  { name: 'zstd', encode: bytes => zstd(bytes) },
  { name: 'lz4', encode: bytes => compressFrame(bytes) },
  { name: 'gzip', encode: bytes => gzip(bytes, { level: 3 }) },
  {
    name: 'br',
    encode: bytes => brotli(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } }),
  },
  { name: 'deflate', encode: bytes => deflate(bytes, { level: 3 }) },
]

/** The encoder to answer with, or null when the client accepts none of ours. */
export function chooseEncoder(acceptEncoding: string): Encoder | null {
  const accepted = new Set(
    acceptEncoding
      .split(',')
      .map(part => part.trim().split(';'))
      .filter(([, weight]) => !/^\s*q=0(\.0*)?\s*$/.test(weight ?? ''))
      .map(([name]) => name?.trim()),
  )
  return encoders.find(({ name }) => accepted.has(name)) ?? null
}

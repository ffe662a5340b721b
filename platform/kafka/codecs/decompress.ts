import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { Corrupt, TooLarge } from './corrupt.ts'
import { unlz4 } from './lz4.ts'
import { unsnappy } from './snappy.ts'

/** How a record batch is compressed: the lowest three bits of its attributes. */
export const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CodecName = (typeof codecNames)[number]

/**
 * Expands what was compressed, never to more than `limit` bytes.
 * @throws Corrupt
 * @throws TooLarge
 */
export async function decompress(codec: CodecName, bytes: Buffer, limit: number): Promise<Buffer> {
  switch (codec) {
    case 'none':
      return bytes
    case 'snappy':
      return unsnappy(bytes, limit)
    case 'lz4':
      return unlz4(bytes, limit)
    case 'gzip':
      return byZlib(promisify(gunzip)(bytes, { maxOutputLength: limit }), codec, limit)
    case 'zstd':
      return byZlib(promisify(zstdDecompress)(bytes, { maxOutputLength: limit }), codec, limit)
  }
}

async function byZlib(expanding: Promise<Buffer>, codec: CodecName, limit: number): Promise<Buffer> {
  try {
    return await expanding
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw new TooLarge(limit)
    throw new Corrupt(`${codec}: ${error.message}`, { cause: error })
  }
}

import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { compress as lz4Compress, uncompress as lz4Uncompress } from 'lz4-napi'
import { messageOf } from '../../../../platform/errors.ts'
import { ClickHouseException } from '../protocol/exception.ts'
import { ByteReader } from './byte-reader.ts'
import { cityHash128 } from './city-hash.ts'

/**
 * ClickHouse's own compression, `compress=1` and `decompress=1`: a stream of frames, each a checksum (16 bytes), the
 * method (1), the length of what follows the checksum (4), the length of what it expands to (4), and the data.
 * No header tells of it.
 */
const methods = { NONE: 0x02, LZ4: 0x82, ZSTD: 0x90 } as const
export type BlockMethod = keyof typeof methods
const methodByByte: ReadonlyMap<number, string> = new Map(
  Object.entries(methods).map(([name, byte]) => [byte, name]),
)

const checksumBytes = 16
const headerBytes = 9
/** Bytes of the result in a frame. */
const frameOfResult = 1024 * 1024
/** The longest frame that is read, expanded and not: it is held in memory. The Go client has the same bound. */
export const longestFrame = 128 * 1024 * 1024
/** A byte of LZ4 stands for so many at most. */
const densestLz4 = 255

const zstdCompress = promisify<zlib.InputType, Buffer>(zlib.zstdCompress)
const zstdDecompress = promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)

/** The method that the setting `network_compression_method` asks for; LZ4, as on a server, where there is none of ours. */
export function blockMethod(setting: string | undefined): BlockMethod {
  const name = setting?.toUpperCase()
  return name === 'ZSTD' || name === 'NONE' ? name : 'LZ4'
}

/** The bytes as frames, one after another. */
export async function* blockFrames(bytes: Buffer, method: BlockMethod): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += frameOfResult) {
    const part = bytes.subarray(at, at + frameOfResult)
    const data = await pack(part, method)
    const frame = Buffer.allocUnsafe(checksumBytes + headerBytes + data.length)
    frame.writeUInt8(methods[method], checksumBytes)
    frame.writeUInt32LE(headerBytes + data.length, checksumBytes + 1)
    frame.writeUInt32LE(part.length, checksumBytes + 5)
    data.copy(frame, checksumBytes + headerBytes)
    cityHash128(frame.subarray(checksumBytes)).copy(frame)
    yield frame
  }
}

/**
 * What the frames hold. No more than `longestFrame` is ever allocated for one, whatever it says of itself.
 * @throws ClickHouseException 39 for a longer frame, 40 for a wrong checksum, 33 for a frame that breaks off, 432 for
 * another method, 271 for data that does not expand to what its frame says
 */
export async function* readBlockFrames(
  source: AsyncIterable<Uint8Array>,
  { checksums }: { checksums: boolean },
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source)
  for (;;) {
    const checksum = await reader.take(checksumBytes)
    if (checksum === null) return
    const header = await reader.rest(headerBytes)
    const method = methodByByte.get(header.readUInt8(0))
    const length = header.readUInt32LE(1) - headerBytes
    const expanded = header.readUInt32LE(5)
    if (method === undefined) {
      const byte = `0x${header.toString('hex', 0, 1)}`
      throw new ClickHouseException(
        'UNKNOWN_CODEC',
        `A compressed block has the method ${byte}; with decompress=1 these are read: LZ4, ZSTD, NONE`,
      )
    }
    if (length < 0) throw undecodable('a compressed block is shorter than its header')
    if (length > longestFrame || expanded > longestFrame) {
      throw new ClickHouseException(
        'TOO_LARGE_SIZE_COMPRESSED',
        `A compressed block of ${length} bytes for ${expanded}: longer than ${longestFrame} bytes. Send smaller blocks`,
      )
    }
    const data = await reader.rest(length)
    if (checksums && !cityHash128(Buffer.concat([header, data])).equals(checksum)) {
      throw new ClickHouseException('CHECKSUM_DOESNT_MATCH', `Checksum doesn't match: corrupted data`)
    }
    yield await unpack(data, method, expanded)
  }
}

async function pack(bytes: Buffer, method: BlockMethod): Promise<Buffer> {
  switch (method) {
    case 'NONE':
      return bytes
    case 'ZSTD':
      return await zstdCompress(bytes)
    case 'LZ4':
      // The library puts the length before the block.
      return (await lz4Compress(bytes)).subarray(4)
  }
}

async function unpack(data: Buffer, method: string, expanded: number): Promise<Buffer> {
  if (method === 'LZ4' && expanded > densestLz4 * data.length) throw undecodable('LZ4 cannot be that dense')
  let bytes: Buffer
  try {
    if (method === 'ZSTD') bytes = await zstdDecompress(data, { maxOutputLength: Math.max(1, expanded) })
    else if (method === 'LZ4') {
      const block = Buffer.allocUnsafe(4 + data.length)
      block.writeUInt32LE(expanded, 0)
      data.copy(block, 4)
      bytes = await lz4Uncompress(block)
    } else bytes = data
  } catch (error) {
    throw undecodable(messageOf(error))
  }
  if (bytes.length !== expanded) throw undecodable(`${bytes.length} bytes, not ${expanded} as it says`)
  return bytes
}

function undecodable(reason: string): ClickHouseException {
  return new ClickHouseException(
    'CANNOT_DECOMPRESS',
    `Cannot decompress a block of the request body: ${reason}`,
  )
}

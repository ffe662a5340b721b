import { uncompress } from 'lz4-napi'
import { messageOf } from '../../../../platform/errors.ts'
import { ClickHouseException } from '../protocol/exception.ts'
import { ByteReader } from './byte-reader.ts'

const frameMagic = 0x184d2204
/** Sixteen magics of frames that hold something else. */
const skippableMagic = 0x184d2a50
const flags = {
  version: 0xc0,
  linked: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  checksum: 0x04,
  dictionary: 0x01,
}
const version1 = 0x40
const storedFlag = 0x80000000
/** How far back a linked block refers to what was before it. */
const windowBytes = 64 * 1024
const longestSkipped = 1024 * 1024

interface FrameHeader {
  /** Bytes that a block expands to at most. */
  readonly largest: number
  readonly isLinked: boolean
  readonly blockChecksumBytes: number
  readonly checksumBytes: number
}

/**
 * What LZ4 frames hold (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), a block at a time, so that as much
 * is in memory as one block expands to, 4 MiB at most. Checksums are not looked at.
 * @throws ClickHouseException 271 for what is no such frame, 33 for one that breaks off
 */
export async function* readLz4Frames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source)
  for (;;) {
    const magic = (await reader.take(4))?.readUInt32LE()
    if (magic === undefined) return
    if (magic === frameMagic) yield* readBlocks(reader, await readHeader(reader))
    else if (magic >>> 4 === skippableMagic >>> 4) {
      const length = (await reader.rest(4)).readUInt32LE()
      if (length > longestSkipped) throw undecodable(`a frame of ${length} bytes to skip`)
      await reader.rest(length)
    } else throw undecodable('it is no LZ4 frame')
  }
}

async function readHeader(reader: ByteReader): Promise<FrameHeader> {
  const descriptor = await reader.rest(2)
  const flag = descriptor.readUInt8(0)
  const sizeCode = (descriptor.readUInt8(1) >> 4) & 7
  if ((flag & flags.version) !== version1 || sizeCode < 4 || flag & flags.dictionary) {
    throw undecodable('an unknown kind of LZ4 frame')
  }
  // The size of all and the checksum of the header.
  await reader.rest(flag & flags.contentSize ? 9 : 1)
  return {
    largest: 2 ** (2 * sizeCode + 8),
    isLinked: (flag & flags.linked) === 0,
    blockChecksumBytes: flag & flags.blockChecksum ? 4 : 0,
    checksumBytes: flag & flags.checksum ? 4 : 0,
  }
}

async function* readBlocks(reader: ByteReader, header: FrameHeader): AsyncGenerator<Buffer> {
  let before = Buffer.alloc(0)
  for (;;) {
    const word = (await reader.rest(4)).readUInt32LE()
    if (word === 0) break
    const length = word & ~storedFlag
    if (length > header.largest) throw undecodable(`a block of ${length} bytes`)
    const data = await reader.rest(length)
    const bytes = word >= storedFlag ? data : await expand(data, header.largest, before)
    yield bytes
    if (header.isLinked) before = Buffer.from(Buffer.concat([before, bytes]).subarray(-windowBytes))
    await reader.rest(header.blockChecksumBytes)
  }
  await reader.rest(header.checksumBytes)
}

async function expand(data: Buffer, largest: number, before: Buffer): Promise<Buffer> {
  // The library takes the length before the block for the most that it may expand to.
  const block = Buffer.allocUnsafe(4 + data.length)
  block.writeUInt32LE(largest, 0)
  data.copy(block, 4)
  try {
    return await uncompress(block, before.length > 0 ? before : null)
  } catch (error) {
    throw undecodable(messageOf(error))
  }
}

function undecodable(reason: string): ClickHouseException {
  return new ClickHouseException('CANNOT_DECOMPRESS', `Cannot read the request body: ${reason}`)
}

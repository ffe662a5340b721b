import { Corrupt, TooLarge } from './corrupt.ts'

const frameMagic = 0x184d2204
const flags = { version: 0xc0, blockChecksum: 0x10, contentSize: 0x08, dictionary: 0x01 } as const
const version1 = 0x40
const storedFlag = 0x80000000
/** A compressed byte stands for so many at most. */
const densest = 255

interface Block {
  readonly from: number
  readonly to: number
  /** Kept as it is: it was no smaller compressed. */
  readonly stored: boolean
}

/**
 * Expands an LZ4 frame, of linked or independent blocks
 * (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Its checksums are not looked at: a record batch of
 * Kafka has its own. So the wrong header checksum of clients before 0.10, which write message formats v0 and v1, would
 * not matter either; those formats are not read at all.
 * @throws Corrupt
 * @throws TooLarge where it would expand to more than `limit` bytes; no more than those have been allocated then
 */
export function unlz4(bytes: Uint8Array, limit: number): Buffer {
  const { blocks, largest, contentSize } = frameOf(bytes)
  if (contentSize !== undefined && contentSize > limit) throw new TooLarge(limit)
  const most = blocks.reduce((sum, { from, to }) => sum + Math.min(largest, densest * (to - from)), 0)
  const output = Buffer.allocUnsafeSlow(Math.min(contentSize ?? most, most, limit))
  let out = 0
  for (const { from, to, stored } of blocks) {
    if (out + (stored ? to - from : 0) > output.length) throw overflow(output.length, limit)
    const end = Math.min(out + largest, output.length)
    out = stored
      ? copy(bytes, from, to - from, output, out)
      : expand(bytes, from, to, output, out, end, limit)
  }
  if (contentSize !== undefined && out !== contentSize) throw new Corrupt('lz4: another size than it says')
  return output.subarray(0, out)
}

function frameOf(bytes: Uint8Array): { blocks: readonly Block[]; largest: number; contentSize?: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 7 || view.getUint32(0, true) !== frameMagic) throw new Corrupt('lz4: not a frame')
  const flag = view.getUint8(4)
  const sizeCode = (view.getUint8(5) >> 4) & 7
  if ((flag & flags.version) !== version1 || sizeCode < 4) throw new Corrupt('lz4: unknown kind of frame')
  if (flag & flags.dictionary) throw new Corrupt('lz4: needs a dictionary')
  let at = 6
  const sized = (flag & flags.contentSize) !== 0
  if (bytes.length < at + (sized ? 9 : 1)) throw new Corrupt('lz4: the header is cut off')
  const contentSize = sized ? Number(view.getBigUint64(at, true)) : undefined
  at += sized ? 9 : 1
  const blocks: Block[] = []
  for (;;) {
    if (at + 4 > bytes.length) throw new Corrupt('lz4: a block is cut off')
    const word = view.getUint32(at, true)
    if (word === 0) break
    const from = at + 4
    const to = from + (word & ~storedFlag)
    if (to > bytes.length) throw new Corrupt('lz4: a block is cut off')
    blocks.push({ from, to, stored: (word & storedFlag) !== 0 })
    at = to + (flag & flags.blockChecksum ? 4 : 0)
  }
  const largest = 2 ** (2 * sizeCode + 8)
  return { blocks, largest, ...(contentSize === undefined ? {} : { contentSize }) }
}

/** Expands one block into `output` from `start` on. @returns where it ends */
function expand(
  bytes: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  start: number,
  end: number,
  limit: number,
): number {
  let at = from
  let out = start
  for (;;) {
    if (at >= to) throw new Corrupt('lz4: a block ends early')
    const token = bytes[at++] as number
    let length = token >> 4
    if (length === 15) {
      let byte: number
      do {
        if (at >= to) throw new Corrupt('lz4: a block ends early')
        byte = bytes[at++] as number
        length += byte
      } while (byte === 255)
    }
    if (at + length > to) throw new Corrupt('lz4: a literal is too long')
    if (out + length > end) throw overflow(end, limit)
    out = copy(bytes, at, length, output, out)
    at += length
    // The last sequence of a block has nothing but literals.
    if (at === to) return out
    if (at + 2 > to) throw new Corrupt('lz4: a block ends early')
    const offset = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
    at += 2
    if (offset === 0 || offset > out) throw new Corrupt('lz4: a copy of nothing')
    let matched = (token & 15) + 4
    if (matched === 19) {
      let byte: number
      do {
        if (at >= to) throw new Corrupt('lz4: a block ends early')
        byte = bytes[at++] as number
        matched += byte
      } while (byte === 255)
    }
    if (out + matched > end) throw overflow(end, limit)
    out = copy(output, out - offset, matched, output, out)
  }
}

function overflow(end: number, limit: number): Error {
  return end >= limit ? new TooLarge(limit) : new Corrupt('lz4: more bytes than a block may have')
}

/** Byte by byte: what is copied may overlap what it is copied to, which repeats it. */
function copy(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): number {
  for (let i = 0; i < length; i++) target[at + i] = source[from + i] as number
  return at + length
}

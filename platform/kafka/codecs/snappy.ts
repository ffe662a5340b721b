import { Corrupt, TooLarge } from './corrupt.ts'

/** How snappy-java, and so Kafka's Java client, begins a stream of blocks; others write one block and nothing else. */
const streamMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
/** The magic, a version and the least version that reads it. */
const streamHeaderBytes = 16

interface Block {
  readonly from: number
  readonly to: number
  /** Bytes that it says it expands to. */
  readonly size: number
}

/**
 * Expands Snappy, as one block (https://github.com/google/snappy/blob/main/format_description.txt) or as snappy-java's
 * stream of blocks.
 * @throws Corrupt
 * @throws TooLarge where it says that it expands to more than `limit` bytes; nothing has been allocated then
 */
export function unsnappy(bytes: Uint8Array, limit: number): Buffer {
  const blocks = isStream(bytes) ? blocksOf(bytes) : [blockAt(bytes, 0, bytes.length)]
  const size = blocks.reduce((sum, block) => sum + block.size, 0)
  if (size > limit) throw new TooLarge(limit)
  const output = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const block of blocks) {
    expand(bytes, block, output, at)
    at += block.size
  }
  return output
}

function isStream(bytes: Uint8Array): boolean {
  return bytes.length >= streamHeaderBytes && streamMagic.every((byte, i) => bytes[i] === byte)
}

function blocksOf(bytes: Uint8Array): readonly Block[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks: Block[] = []
  for (let at = streamHeaderBytes; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new Corrupt('snappy: a block is cut off')
    const length = view.getInt32(at)
    const from = at + 4
    if (length <= 0 || from + length > bytes.length) throw new Corrupt('snappy: a block is cut off')
    at = from + length
    blocks.push(blockAt(bytes, from, at))
  }
  return blocks
}

/** Reads how much a block expands to. */
function blockAt(bytes: Uint8Array, start: number, to: number): Block {
  let size = 0
  let from = start
  for (let factor = 1; ; factor *= 0x80) {
    if (from >= to || factor > 2 ** 28) throw new Corrupt('snappy: no length')
    const byte = bytes[from++] as number
    size += (byte & 0x7f) * factor
    if (byte < 0x80) return { from, to, size }
  }
}

function expand(bytes: Uint8Array, { from, to, size }: Block, output: Uint8Array, start: number): void {
  const end = start + size
  let at = from
  let out = start
  while (at < to) {
    const tag = bytes[at++] as number
    const kind = tag & 3
    if (kind === 0) {
      let length = tag >> 2
      if (length >= 60) {
        const extra = length - 59
        if (at + extra > to) throw new Corrupt('snappy: a literal is cut off')
        length = littleEndian(bytes, at, extra)
        at += extra
      }
      length += 1
      if (at + length > to || out + length > end) throw new Corrupt('snappy: a literal is too long')
      out = copy(bytes, at, length, output, out)
      at += length
      continue
    }
    const offsetBytes = kind === 3 ? 4 : kind
    if (at + offsetBytes > to) throw new Corrupt('snappy: a copy is cut off')
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const low = littleEndian(bytes, at, offsetBytes)
    const offset = kind === 1 ? ((tag >> 5) << 8) | low : low
    at += offsetBytes
    if (offset === 0 || offset > out - start || out + length > end)
      throw new Corrupt('snappy: a copy of nothing')
    out = copy(output, out - offset, length, output, out)
  }
  if (out !== end) throw new Corrupt('snappy: fewer bytes than it says')
}

/** Byte by byte: what is copied may overlap what it is copied to, which repeats it. */
function copy(source: Uint8Array, from: number, length: number, target: Uint8Array, at: number): number {
  for (let i = 0; i < length; i++) target[at + i] = source[from + i] as number
  return at + length
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 0x100 + (bytes[at + i] as number)
  return value
}

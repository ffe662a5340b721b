import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blockFrames,
  blockMethod,
  longestFrame,
  readBlockFrames,
} from '../../../../../deploy/local/clickhouse/compression/block-frames.ts'
import { goInsert } from '../go-insert.ts'

async function* chunks(...parts: Uint8Array[]) {
  yield* parts
}

const framed = async (bytes: Buffer, method: 'LZ4' | 'ZSTD' | 'NONE' = 'LZ4') =>
  await buffer(blockFrames(bytes, method))
const read = async (...parts: Uint8Array[]) =>
  await buffer(readBlockFrames(chunks(...parts), { checksums: true }))
/** Reads one that says something else of itself; nothing looks at its checksum. */
async function readWith(change: (frame: Buffer) => void): Promise<Buffer> {
  const frame = await framed(Buffer.from('reading '.repeat(100)))
  change(frame)
  return await buffer(readBlockFrames(chunks(frame), { checksums: false }))
}

describe('blockFrames', () => {
  it.each(['LZ4', 'ZSTD', 'NONE'] as const)('%s is read as it was, however it is cut', async method => {
    const bytes = Buffer.from(Array.from({ length: 1_200_000 }, (_, i) => (i * i) % 251))
    const whole = await framed(bytes, method)
    expect((await read(whole)).equals(bytes)).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async cut => {
        expect((await read(whole.subarray(0, cut), whole.subarray(cut))).equals(bytes)).toBe(true)
      }),
      { numRuns: 3 },
    )
  })

  it('is nothing for nothing', async () => {
    expect(await framed(Buffer.alloc(0))).toHaveLength(0)
    expect(await read()).toHaveLength(0)
  })

  it('takes the method that a server takes', () => {
    expect([undefined, 'lz4hc', 'zstd', 'NONE', 'T64'].map(blockMethod)).toEqual([
      'LZ4',
      'LZ4',
      'ZSTD',
      'NONE',
      'LZ4',
    ])
  })
})

describe('readBlockFrames', () => {
  it('reads what the Go client writes', async () => {
    const block = await read(...Array.from(goInsert, byte => Buffer.from([byte])))
    expect(block.subarray(0, 12).toString('latin1')).toBe('\x02(\x02id\x06UInt64')
    expect(block).toHaveLength(1 + 1 + 3 + 7 + 40 * 8 + 2 + 7 + 40 * 6)
  })

  it('refuses a wrong checksum, unless it is told not to look', async () => {
    const frame = await framed(Buffer.from('reading'))
    frame[3] = (frame[3] ?? 0) ^ 1
    await expect(read(frame)).rejects.toMatchObject({ code: 40, codeName: 'CHECKSUM_DOESNT_MATCH' })
    const unchecked = await buffer(readBlockFrames(chunks(frame), { checksums: false }))
    expect(unchecked.toString()).toBe('reading')
  })

  it('refuses a frame that breaks off', async () => {
    const frame = await framed(Buffer.from('reading'))
    for (let length = 1; length < frame.length; length += 1)
      await expect(read(frame.subarray(0, length))).rejects.toMatchObject({ code: 33 })
  })

  it.each<[string, number, (frame: Buffer) => void]>([
    ['another method', 432, frame => frame.writeUInt8(0x95, 16)],
    ['less than its header', 271, frame => frame.writeUInt32LE(8, 17)],
    ['more than a frame may have', 39, frame => frame.writeUInt32LE(longestFrame + 10, 17)],
    ['more than a frame may expand to', 39, frame => frame.writeUInt32LE(longestFrame + 1, 21)],
    ['more than LZ4 can expand to', 271, frame => frame.writeUInt32LE(longestFrame, 21)],
    ['more than it expands to', 271, frame => frame.writeUInt32LE(801, 21)],
    ['less than it expands to', 271, frame => frame.writeUInt32LE(799, 21)],
    ['what is not its method', 271, frame => frame.writeUInt8(0x90, 16)],
  ])('refuses one that says %s', async (_, code, change) => {
    await expect(readWith(change)).rejects.toMatchObject({ code })
  })
})

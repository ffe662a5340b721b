import { buffer } from 'node:stream/consumers'
import { compressFrameSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import { readLz4Frames } from '../../../../../deploy/local/clickhouse/compression/lz4-frames.ts'

async function* chunks(...parts: Uint8Array[]) {
  yield* parts
}

const read = async (...parts: Uint8Array[]) => (await buffer(readLz4Frames(chunks(...parts)))).toString()

/** Two linked blocks, each with a checksum, and one of all: `ab` forty thousand times, as the lz4 program writes it. */
const linked = Buffer.from(
  'BCJNGFRArgwBAAAvYWICAP//////////////////////////////////////////////////////////////////////////////' +
    '////////////////////////////////////////////////////////////////////////////////////////////////////' +
    '////////////////////////////////////////////////////////////////////////////////////////////////////' +
    '///////////////////////////////////////////////////////////////mUGJhYmFiGviEKUIAAAAPAgD/////////////' +
    '/////////////////////////////////////////////////////////////6BQYmFiYWIpSxw6AAAAAPOJwlM=',
  'base64',
)

describe('readLz4Frames', () => {
  it('reads frames one after another, however they are cut', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `reading ${i}`).join('\n')
    const frames = Buffer.concat([
      compressFrameSync(text),
      Buffer.from('502a4d1803000000', 'hex'),
      Buffer.from('xyz'),
      compressFrameSync('end', { contentChecksum: true, blockChecksums: true }),
      compressFrameSync(''),
    ])
    for (const cut of [0, 1, 5, 7, 11, 1000, frames.length - 20, frames.length - 1])
      expect(await read(frames.subarray(0, cut), frames.subarray(cut))).toBe(`${text}end`)
    expect(await read()).toBe('')
  })

  it('reads blocks that refer to the one before', async () => {
    expect(await read(linked)).toBe('ab'.repeat(40_000))
  })

  it('refuses a frame that breaks off', async () => {
    for (let length = 1; length < linked.length; length += 1)
      await expect(read(linked.subarray(0, length))).rejects.toMatchObject({ code: 33 })
  })

  it.each<[string, Buffer]>([
    ['what is no frame', Buffer.from('reading')],
    ['another version', changed(4, 0x20)],
    ['a dictionary', changed(4, 0x7d)],
    ['a block that is longer than the frame allows', changed(9, 0x7f)],
    ['a block that is not LZ4', changed(14, 0xff)],
    ['too much to skip', Buffer.from('502a4d18ffffffff', 'hex')],
  ])('refuses %s', async (_, frame) => {
    await expect(read(frame)).rejects.toMatchObject({ code: 271, codeName: 'CANNOT_DECOMPRESS' })
  })
})

function changed(at: number, byte: number): Buffer {
  const frame = Buffer.from(linked)
  frame[at] = byte
  return frame
}

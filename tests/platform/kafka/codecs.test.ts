import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Corrupt, TooLarge } from '../../../platform/kafka/codecs/corrupt.ts'
import { crc32c } from '../../../platform/kafka/codecs/crc32c.ts'
import { type CodecName, decompress } from '../../../platform/kafka/codecs/decompress.ts'

const limit = 1 << 20
const text = (value: string) => Buffer.from(value, 'latin1')
const hex = (value: string) => Buffer.from(value.replace(/\s/g, ''), 'hex')
const expanded = async (codec: CodecName, bytes: Buffer, most = limit) =>
  (await decompress(codec, bytes, most)).toString('latin1')

/** 3 bytes as they are, 20 bytes from 3 before, 4 bytes from 7 before. */
const rawSnappy = hex('1b 08 616263 4e 0300 01 07')
const repeated = 'abcabcabcabcabcabcabcabbcab'
const stream = (...blocks: Buffer[]) =>
  Buffer.concat([
    hex('82 534e41505059 00 00000001 00000001'),
    ...blocks.flatMap(block => [hex(block.length.toString(16).padStart(8, '0')), block]),
  ])

describe('Snappy', () => {
  test('as one block, as librdkafka writes it', async () => {
    expect(await expanded('snappy', rawSnappy)).toBe(repeated)
  })

  test("as snappy-java's stream of blocks, as Kafka's Java client writes it", async () => {
    expect(await expanded('snappy', stream(rawSnappy, hex('01 00 78'), rawSnappy))).toBe(
      `${repeated}x${repeated}`,
    )
  })

  test('long literals, whose length takes bytes of its own', async () => {
    const long = 'x'.repeat(300)
    expect(await expanded('snappy', Buffer.concat([hex('ac02 f4 2b01'), text(long)]))).toBe(long)
  })

  test('what says that it is larger than the limit is not expanded, as one block or as the sum of many', async () => {
    await expect(decompress('snappy', hex('ffffffff0f 00 78'), limit)).rejects.toThrow(TooLarge)
    await expect(decompress('snappy', stream(rawSnappy, rawSnappy), 50)).rejects.toThrow(TooLarge)
  })
})

describe('LZ4', () => {
  const header = '04224d18 60 40 82'
  const end = '00000000'
  /** 3 literals, 20 bytes from 3 before, and 5 literals at the end of the block. */
  const block = '3f 616263 0300 01 50 68656c6c6f'

  test('a frame with a block, and one that was no smaller compressed', async () => {
    const frame = hex(`${header} 0d000000 ${block} 02000080 7879 ${end}`)
    expect(await expanded('lz4', frame)).toBe('abcabcabcabcabcabcabcabhelloxy')
  })

  test('blocks that copy from the block before', async () => {
    const linked = hex(`04224d18 40 40 c0 03000080 616263 09000000 04 0300 50 68656c6c6f ${end}`)
    expect(await expanded('lz4', linked)).toBe('abcabcabcabhello')
  })

  test('checksums and the size of the content are passed over', async () => {
    const frame = hex(`04224d18 7c 40 1c00000000000000 00 0d000000 ${block} deadbeef ${end} deadbeef`)
    expect(await expanded('lz4', frame)).toBe('abcabcabcabcabcabcabcabhello')
  })

  test('what says that it is larger than the limit, or turns out to be, is not expanded', async () => {
    const says = hex(`04224d18 68 40 ffffffff00000000 00 0d000000 ${block} ${end}`)
    await expect(decompress('lz4', says, limit)).rejects.toThrow(TooLarge)
    await expect(decompress('lz4', hex(`${header} 0d000000 ${block} ${end}`), 20)).rejects.toThrow(TooLarge)
  })

  test.each([
    ['another magic', '04224d19 60 40 82 00000000'],
    ['a copy from before the beginning', `${header} 04000000 1f 61 0200 ${end}`],
    ['a block that is cut off', `${header} 0d000000 3f 616263`],
    ['no end', `${header} 02000080 7879`],
  ])('is corrupt: %s', async (_, bytes) => {
    await expect(decompress('lz4', hex(bytes), limit)).rejects.toThrow(Corrupt)
  })
})

describe.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('%s', (codec, compress) => {
  test('comes back, within the limit and not beyond it', async () => {
    expect(await expanded(codec, compress(text('a reading')))).toBe('a reading')
    await expect(decompress(codec, compress(Buffer.alloc(limit + 1)), limit)).rejects.toThrow(TooLarge)
    await expect(decompress(codec, text('nonsense'), limit)).rejects.toThrow(Corrupt)
  })
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  '%s of any bytes ends, and says that they are corrupt',
  async codec => {
    const begun = { gzip: '1f8b08', snappy: '', lz4: '04224d18604082', zstd: '28b52ffd' }[codec]
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
        const outcome = await decompress(codec, Buffer.concat([hex(begun), bytes]), limit).catch(
          (error: unknown) => error,
        )
        if (Buffer.isBuffer(outcome)) expect(outcome.length).toBeLessThanOrEqual(limit)
        else
          expect(
            [Corrupt, TooLarge].some(kind => outcome instanceof kind),
            String(outcome),
          ).toBe(true)
      }),
    )
  },
)

test('CRC-32C has the values of RFC 3720', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
})

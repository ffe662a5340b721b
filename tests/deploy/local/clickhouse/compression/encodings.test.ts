import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { chooseEncoder, decoded } from '../../../../../deploy/local/clickhouse/compression/encodings.ts'

it.each([
  ['gzip, deflate', 'gzip'],
  ['lz4,zstd,br,gzip,deflate', 'zstd'],
  ['deflate', 'deflate'],
  ['gzip;q=0, br;q=0.5', 'br'],
  ['gzip, lz4', 'lz4'],
  ['', undefined],
])('answers Accept-Encoding %j with %s', (accept, name) => {
  expect(chooseEncoder(accept)?.name).toBe(name)
})

it.each(['zstd', 'gzip', 'br', 'deflate'])('decodes what it encodes: %s', async name => {
  const text = Buffer.from('readings '.repeat(1000))
  const encoded = await chooseEncoder(name)!.encode(text)
  expect(encoded.length).toBeLessThan(text.length)
  expect((await buffer(decoded(Readable.from([encoded]), name)!)).equals(text)).toBe(true)
})

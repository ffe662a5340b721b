import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { cityHash128 } from '../../../../../deploy/local/clickhouse/compression/city-hash.ts'

// The values are of ClickHouse's own CityHash 1.0.2, as its Python binding has it.
it.each([
  ['', '2b9ac064fc9df03d291ee592c340b53c'],
  ['a', 'd01ae0afa13971d2f66cc8e4e28e7efd'],
  ['abc', 'fe48775795f10f907e0db2556317a913'],
  ['abcd', '94ac1ddfe73813d2ecec5783d0f3f0cc'],
  ['citybrain', '459a6028ad4024e28713cc8cd8707f87'],
  ['0123456789abcdef', '00489eb2ada12ec54cde76b0faa26973'],
  ['0123456789abcdefg', '3edb8ebea0652520df64f728cdab8b41'],
])('%j', (text, hash) => {
  expect(cityHash128(Buffer.from(text)).toString('hex')).toBe(hash)
})

it('has the same value at every length up to 1200', () => {
  const bytes = Buffer.from(Array.from({ length: 1200 }, (_, i) => (i * i * 31 + i * 7 + (i >> 3)) % 256))
  const all = createHash('sha256')
  for (let length = 0; length <= bytes.length; length += 1) all.update(cityHash128(bytes.subarray(0, length)))
  expect(all.digest('hex')).toBe('99c4654388cbf1b1c2146a83564503468ec227b84ce21dec2bfea020f465523a')
})

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordSetDecoder } from '../../../platform/kafka/record-set-decoder.ts'

const require = createRequire(import.meta.url)
const Decoder = require('kafkajs/src/protocol/decoder.js')
const decode = recordSetDecoder({
  Decoder,
  decodeRecord: require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js'),
})

/**
 * Record sets as Kafka 4.1's Java client and librdkafka 2 write them, base64: 500 messages, more than fit into one block
 * of Snappy or LZ4. tests/integration/kafka/foreign-producers.test.ts has both write the same to a broker.
 */
const written: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'foreign-batches.json'), 'utf8'),
)
const cases = Object.entries(written).flatMap(([client, codecs]) =>
  Object.entries(codecs).map(([codec, bytes]) => [client, codec, Buffer.from(bytes, 'base64')] as const),
)

test.each(cases)('%s, %s', async (_client, _codec, bytes) => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes.length)
  const messages = await decode(new Decoder(Buffer.concat([size, bytes])))
  expect(messages.map(({ value }) => value?.toString())).toEqual(
    Array.from({ length: 500 }, (_, i) => `value ${i} ${'0123456789 '.repeat(i % 40)}`),
  )
  expect(messages.map(({ offset }) => Number(offset))).toEqual(
    messages.map((_, i) => Number(messages[0]?.offset) + i),
  )
})

test('every codec of both is here', () => {
  expect(cases.map(([client, codec]) => `${client} ${codec}`)).toEqual(
    ['java', 'librdkafka'].flatMap(client =>
      ['gzip', 'snappy', 'lz4', 'zstd'].map(codec => `${client} ${codec}`),
    ),
  )
})

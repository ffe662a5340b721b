import { createRequire } from 'node:module'
import type { Batch } from 'kafkajs'
import { expect, test } from 'vitest'
import { fetchedBatch } from '../../../platform/kafka/fetched-batch.ts'
import type { RawMessage } from '../../../platform/kafka/kafkajs-internals.ts'
import { recordSetDecoder } from '../../../platform/kafka/record-set-decoder.ts'
import { undecodableIn } from '../../../platform/kafka/undecodable-batch.ts'
import { UnreadLog, unreadMetrics } from '../../../platform/kafka/unread-log.ts'
import { createLog } from '../../../platform/log.ts'
import { Metrics } from '../../../platform/metrics.ts'
import { type BatchSpec, encode, seal } from './record-batches.ts'

const require = createRequire(import.meta.url)
const Decoder = require('kafkajs/src/protocol/decoder.js')
const decode = recordSetDecoder({
  Decoder,
  decodeRecord: require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js'),
})
const FetchedBatch = fetchedBatch(require('kafkajs/src/consumer/batch.js'))

const at = { magic: 16, attributes: 21, lastOffsetDelta: 23, count: 57, records: 61 }
const record = {
  offsetGap: 0,
  timestampDelta: 5n,
  key: Buffer.from('rack-1'),
  value: Buffer.from('value'),
  headers: {},
}

/** A batch of two messages, from an offset on. */
const two = (firstOffset: bigint, more: Partial<BatchSpec> = {}): Promise<Buffer> =>
  encode({
    firstOffset,
    firstTimestamp: 1_767_225_600_000n,
    maxTimestamp: 1_767_225_690_000n,
    producerId: -1n,
    gzip: false,
    appendTime: false,
    transactional: false,
    control: false,
    records: [record, record],
    ...more,
  })

/** The batch with other bytes, and the checksum of those. */
function changed(batch: Buffer, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(batch)
  change(bytes)
  return seal(bytes)
}

async function fetched(...batches: readonly Buffer[]): Promise<Batch> {
  const body = Buffer.concat(batches)
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  const messages: RawMessage[] = await decode(new Decoder(Buffer.concat([size, body])))
  const data = { partition: 3, highWatermark: '100', abortedTransactions: null, messages }
  return new FetchedBatch('telemetry.rack', '10', data) as unknown as Batch
}

const offsets = (batch: Batch) => batch.messages.map(({ offset }) => Number(offset))

const broken: readonly (readonly [string, string, () => Promise<Buffer>])[] = [
  [
    'unknown_codec',
    'a codec that Kafka does not have',
    async () => changed(await two(12n), bytes => bytes.writeInt16BE(5, at.attributes)),
  ],
  [
    'damaged',
    'Snappy that is none',
    async () => changed(await two(12n), bytes => bytes.writeInt16BE(2, at.attributes)),
  ],
  [
    'damaged',
    'a compressed batch with another checksum',
    async () => {
      const bytes = await two(12n, { gzip: true })
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
      return bytes
    },
  ],
  [
    'damaged',
    'more records than there are bytes',
    async () => changed(await two(12n), bytes => bytes.writeInt32BE(2 ** 30, at.count)),
  ],
  [
    'damaged',
    'a record that ends beyond the batch',
    async () => changed(await two(12n), bytes => bytes.writeUInt8(0x7e, at.records)),
  ],
  [
    'unknown_format',
    'a format of the future',
    async () => changed(await two(12n), bytes => bytes.writeInt8(3, at.magic)),
  ],
]

test.each(broken)('%s: %s is set aside alone, with its offsets', async (defect, _, make) => {
  const bytes = await make()
  const batch = await fetched(await two(10n), bytes, await two(14n))
  expect(offsets(batch)).toEqual([10, 11, 14, 15])
  expect(undecodableIn(batch)).toMatchObject([{ firstPosition: 12, position: 13, defect }])
  expect(undecodableIn(batch)[0]?.bytes.equals(bytes)).toBe(true)
})

test('messages of format v1 between record batches are set aside too', async () => {
  const v1 = Buffer.alloc(12 + 22)
  v1.writeBigInt64BE(12n)
  v1.writeInt32BE(22, 8)
  v1.writeInt8(1, at.magic)
  const batch = await fetched(await two(10n), v1, await two(13n))
  expect(offsets(batch)).toEqual([10, 11, 13, 14])
  expect(undecodableIn(batch)).toMatchObject([{ firstPosition: 12, position: 12, defect: 'unknown_format' }])
})

test('a fetch with nothing but a broken batch is not empty: its consumer learns how far it has got', async () => {
  const [, , make] = broken[0]!
  const batch = await fetched(await make())
  expect(batch.messages).toEqual([])
  expect(batch.isEmpty()).toBe(false)
  expect(batch.firstOffset()).toBe('10')
  expect(batch.lastOffset()).toBe('13')
})

test('nor is one with the end of a transaction, a batch that compaction emptied, or the rest of one', async () => {
  const ended = await fetched(await two(10n, { control: true, records: [record] }))
  expect([ended.isEmpty(), ended.messages, ended.lastOffset()]).toEqual([false, [], '10'])
  const emptied = changed((await two(10n)).subarray(0, at.records), bytes => {
    bytes.writeInt32BE(at.records - 12, 8)
    bytes.writeInt32BE(0, at.count)
  })
  const empty = await fetched(emptied)
  expect([empty.isEmpty(), empty.messages, empty.lastOffset()]).toEqual([false, [], '11'])
  const rest = await fetched(changed(await two(10n), bytes => bytes.writeInt32BE(7, at.lastOffsetDelta)))
  expect([offsets(rest), rest.lastOffset()]).toEqual([[10, 11], '17'])
})

test('a batch of more records than a stack has room for arguments is read', async () => {
  const records = Array(200_000).fill({ ...record, key: null, value: null })
  const batch = await fetched(await two(10n, { gzip: true, records }), await two(200_010n))
  expect(batch.messages).toHaveLength(200_002)
})

test('is told and counted once, however often it is fetched; offsets that are gone too', async () => {
  const metrics = new Metrics('test')
  const lines: unknown[] = []
  const log = { ...createLog('test', 'silent'), error: (fields: unknown) => void lines.push(fields) }
  const unread = new UnreadLog('group', log as never, unreadMetrics(metrics))
  const [, , make] = broken[0]!
  const batch = await fetched(await make())
  unread.fetched(batch)
  unread.fetched(batch)
  const lost = { topic: 'telemetry.rack', partition: 4, from: 5, to: 20 }
  unread.lost(lost)
  unread.lost(lost)
  expect(lines).toEqual([
    {
      group: 'group',
      topic: 'telemetry.rack',
      partition: 3,
      first_offset: 12,
      last_offset: 13,
      messages: 2,
      defect: 'unknown_codec',
      reason: 'codec 5',
    },
    { group: 'group', topic: 'telemetry.rack', partition: 4, first_offset: 5, last_offset: 19, messages: 15 },
  ])
  const text = await metrics.registry.metrics()
  expect(text).toContain('citybrain_test_undecodable_batches_total{topic="telemetry.rack",partition="3"} 1')
  expect(text).toContain('citybrain_test_lost_offsets_total{topic="telemetry.rack",partition="4"} 15')
})

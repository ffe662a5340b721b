import { createRequire } from 'node:module'
import fc from 'fast-check'

const require = createRequire(import.meta.url)
const Long = require('kafkajs/src/utils/long')
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0')
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0')
const crc32C = require('kafkajs/src/protocol/recordBatch/crc32C')

export interface BatchSpec {
  readonly firstOffset: bigint
  readonly firstTimestamp: bigint
  readonly maxTimestamp: bigint
  readonly producerId: bigint
  readonly gzip: boolean
  readonly appendTime: boolean
  readonly transactional: boolean
  readonly control: boolean
  readonly records: readonly RecordSpec[]
}

interface RecordSpec {
  readonly offsetGap: number
  readonly timestampDelta: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>
}

const crcAt = 17
const attributesAt = 21

/** The bytes of a record batch, written by kafkajs; the broker's flags, which a client never writes, are set afterwards. */
export async function encode(spec: BatchSpec): Promise<Buffer> {
  let offsetDelta = -1
  const records = spec.records.map(({ offsetGap, timestampDelta, ...record }) => {
    offsetDelta += 1 + offsetGap
    return encodeRecord({ ...record, offsetDelta, timestampDelta: new Long(timestampDelta) })
  })
  const { buffer } = await RecordBatch({
    compression: spec.gzip ? 1 : 0,
    firstOffset: new Long(spec.firstOffset),
    firstTimestamp: new Long(spec.firstTimestamp),
    maxTimestamp: new Long(spec.maxTimestamp),
    producerId: new Long(spec.producerId),
    lastOffsetDelta: Math.max(0, offsetDelta),
    transactional: spec.transactional,
    records,
  })
  const flags = (spec.appendTime ? 0x8 : 0) | (spec.control ? 0x20 : 0)
  buffer.writeInt16BE(buffer.readInt16BE(attributesAt) | flags, attributesAt)
  return seal(buffer)
}

/** Writes the checksum of a batch into it, by kafkajs's own arithmetic. */
export function seal(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32C(batch.subarray(attributesAt)) >>> 0, crcAt)
  return batch
}

/** The record set of one partition in a fetch response: its size, then batches, the last of which may be cut off. */
export async function recordSet(batches: readonly BatchSpec[], cut = 0): Promise<Buffer> {
  const body = Buffer.concat(await Promise.all(batches.map(encode)))
  const kept = body.subarray(0, Math.max(0, body.length - cut))
  const size = Buffer.alloc(4)
  size.writeInt32BE(kept.length)
  return Buffer.concat([size, kept])
}

const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
const time = fc.oneof(
  fc.bigInt({ min: 0n, max: 2_000_000_000_000n }),
  fc.constantFrom(-1n, 0n, 2n ** 52n, -(2n ** 52n), 2n ** 62n),
)
const record: fc.Arbitrary<RecordSpec> = fc.record({
  offsetGap: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(100_000)),
  timestampDelta: fc.oneof(
    fc.bigInt({ min: -70n, max: 70n }),
    fc.bigInt({ min: -(2n ** 47n), max: 2n ** 47n }),
    fc.bigInt({ min: -(2n ** 61n), max: 2n ** 61n }),
  ),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.dictionary(fc.string(), fc.oneof(bytes, fc.array(bytes, { maxLength: 3 })), { maxKeys: 3 }),
  ),
})

export const batchSpec: fc.Arbitrary<BatchSpec> = fc.record({
  firstOffset: fc.oneof(
    fc.bigInt({ min: 0n, max: 5_000_000_000n }),
    fc.constantFrom(2n ** 52n - 1n, 2n ** 52n, 2n ** 53n - 2n, 2n ** 60n),
  ),
  firstTimestamp: time,
  maxTimestamp: time,
  producerId: fc.constantFrom(-1n, 7n, 8n),
  gzip: fc.boolean(),
  appendTime: fc.boolean(),
  transactional: fc.boolean(),
  control: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  records: fc.array(record, { maxLength: 12 }),
})

/** Batches in log order, as a partition holds them. */
export const logOf = (batch: fc.Arbitrary<BatchSpec>): fc.Arbitrary<BatchSpec[]> =>
  fc.tuple(fc.nat(1_000_000), fc.array(batch, { minLength: 1, maxLength: 4 })).map(([first, batches]) => {
    let next = BigInt(first)
    return batches.map(spec => {
      const firstOffset = next
      next += BigInt(spec.records.reduce((sum, { offsetGap }) => sum + 1 + offsetGap, 0))
      return { ...spec, firstOffset }
    })
  })

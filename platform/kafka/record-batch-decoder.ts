import { messageOf } from '../errors.ts'
import { TooLarge } from './codecs/corrupt.ts'
import { crc32c } from './codecs/crc32c.ts'
import { codecNames, decompress } from './codecs/decompress.ts'
import type { RecordBlock } from './fetched-record.ts'
import type { BatchContext, Decoder, RawMessage } from './kafkajs-internals.ts'
import { type OriginalRecords, RecordReader } from './record-reader.ts'
import {
  type BatchDefect,
  largestBatchBytes,
  OffsetsWithoutMessage,
  UndecodableBatch,
} from './undecodable-batch.ts'

/** Messages of one record batch; offsets without a message are among them. */
export type DecodeMessages = (decoder: Decoder) => Promise<RawMessage[]>

/** Record batch header, bytes from its start: https://kafka.apache.org/documentation/#recordbatch */
const at = {
  firstOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magicByte: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
  records: 61,
} as const
const lengthEnds = 12
const recordsInBody = at.records - lengthEnds

const codecMask = 0x7
const logAppendTimeFlag = 0x8
const transactionalFlag = 0x10
const controlFlag = 0x20

const magicOfRecordBatches = 2
/** A record without key, value and headers: seven numbers of a byte each. */
const smallestRecordBytes = 7

/** Below this, adding a batch's deltas (offsets 31 bits, times 48) stays exact in a double. */
const exactBelow = 2n ** 52n

/**
 * Decodes record batches as kafkajs does, into records that are made of numbers, and reads every codec that Kafka has.
 * One that cannot be decoded is no exception, which would stop every partition that is fetched with it: it becomes one
 * `UndecodableBatch`. What is compressed is compared with its checksum; what is not, only where it looks wrong: that would
 * cost a quarter of the reading.
 */
export function recordBatchDecoder(original: OriginalRecords): DecodeMessages {
  return async decoder => {
    const header = headerOf(decoder)
    const { buffer, offset: start } = decoder
    decoder.offset = header.end
    try {
      return await recordsOf(buffer.subarray(start, header.end), header, original)
    } catch (error) {
      return [setAside(buffer.subarray(start, header.end), header, error)]
    }
  }
}

/** @throws Undecodable, and whatever nonsense makes a decoder throw */
async function recordsOf(batch: Buffer, header: Header, original: OriginalRecords): Promise<RawMessage[]> {
  const { context, attributes, count } = header
  if (context.magicByte !== magicOfRecordBatches)
    throw new Undecodable('unknown_format', `message format v${context.magicByte} is not read`)
  if (batch.length < at.records) throw new Undecodable('damaged', 'it is shorter than its header')
  const codec = codecNames[attributes & codecMask]
  if (codec === undefined) throw new Undecodable('unknown_codec', `codec ${attributes & codecMask}`)
  if (count <= 0) return [new OffsetsWithoutMessage(header.last, context)]
  const check = () => requireChecksum(batch)
  if (codec !== 'none') check()
  // Where kafkajs's decoder begins to count, so that a damaged record is the same nonsense to both.
  const bytes =
    codec === 'none'
      ? batch.subarray(lengthEnds)
      : await decompress(codec, batch.subarray(at.records), largestBatchBytes)
  if (count > bytes.length / smallestRecordBytes)
    throw new Undecodable('damaged', `${bytes.length} bytes are no ${count} records`)
  const reader = new RecordReader(
    blockOf(bytes, context),
    codec === 'none' ? recordsInBody : 0,
    original,
    check,
  )
  const records: RawMessage[] = new Array(count)
  if (header.exact) for (let i = 0; i < count; i++) records[i] = reader.next()
  else for (let i = 0; i < count; i++) records[i] = reader.nextOfAnySize()
  // Compaction takes the last records of a batch and leaves its offsets; without this they would be asked for one by one.
  if (records.at(-1)?.offset !== String(header.last))
    records.push(new OffsetsWithoutMessage(header.last, context))
  return records
}

function setAside(batch: Buffer, header: Header, error: unknown): UndecodableBatch {
  const { context, last, count } = header
  const place = { last, messages: Math.max(0, count), bytes: batch }
  if (error instanceof Undecodable) return new UndecodableBatch(place, context, error.defect, error.message)
  const reason = messageOf(error)
  if (error instanceof TooLarge) return new UndecodableBatch(place, context, 'too_large', reason)
  const whole = hasChecksum(batch) ? 'it was written so' : 'its checksum is wrong'
  return new UndecodableBatch(place, context, 'damaged', `${reason} (${whole})`)
}

/** Thrown and caught here: why a batch is set aside. */
class Undecodable extends Error {
  readonly defect: BatchDefect

  constructor(defect: BatchDefect, message: string) {
    super(message)
    this.defect = defect
  }
}

function requireChecksum(batch: Buffer): void {
  if (!hasChecksum(batch)) throw new Undecodable('damaged', 'its checksum is wrong')
}

function hasChecksum(batch: Buffer): boolean {
  return batch.length >= at.records && crc32c(batch.subarray(at.attributes)) === batch.readUInt32BE(at.crc)
}

interface Header {
  readonly context: BatchContext
  readonly attributes: number
  readonly count: number
  /** The offset of the last record that was written into it. */
  readonly last: bigint
  /** Whether adding deltas to its first offset and time stays exact in a double. */
  readonly exact: boolean
  /** Where in the record set the next one begins. */
  readonly end: number
}

/** Whether a record batch stands at the decoder's offset, whole: the last one of a fetch may be cut off. */
export function hasWholeBatch({ buffer, offset: start }: Decoder): boolean {
  return buffer.length > start + at.magicByte && endOf(buffer, start) <= buffer.length
}

/** Where a batch ends that stands at `start`; one with an impossible length makes the rest of what was fetched a batch. */
function endOf(buffer: Buffer, start: number): number {
  const length = buffer.readInt32BE(start + at.length)
  return length > at.magicByte - lengthEnds ? start + lengthEnds + length : buffer.length
}

function headerOf({ buffer, offset: start }: Decoder): Header {
  const end = endOf(buffer, start)
  const firstOffset = buffer.readBigInt64BE(start + at.firstOffset)
  const magicByte = buffer.readInt8(start + at.magicByte)
  if (magicByte < magicOfRecordBatches || end - start < at.records) {
    const context = { ...unknownContext, firstOffset: String(firstOffset), magicByte }
    return { context, attributes: 0, count: 0, last: firstOffset, exact: false, end }
  }
  const firstTimestamp = buffer.readBigInt64BE(start + at.firstTimestamp)
  const attributes = buffer.readInt16BE(start + at.attributes)
  const lastOffsetDelta = buffer.readInt32BE(start + at.lastOffsetDelta)
  const context: BatchContext = {
    firstOffset: String(firstOffset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch: buffer.readInt32BE(start + at.partitionLeaderEpoch),
    inTransaction: (attributes & transactionalFlag) > 0,
    isControlBatch: (attributes & controlFlag) > 0,
    lastOffsetDelta,
    producerId: String(buffer.readBigInt64BE(start + at.producerId)),
    producerEpoch: buffer.readInt16BE(start + at.producerEpoch),
    firstSequence: buffer.readInt32BE(start + at.firstSequence),
    maxTimestamp: String(buffer.readBigInt64BE(start + at.maxTimestamp)),
    timestampType: (attributes & logAppendTimeFlag) > 0 ? 1 : 0,
    magicByte,
  }
  return {
    context,
    attributes,
    count: buffer.readInt32BE(start + at.count),
    last: firstOffset + BigInt(Math.max(0, lastOffsetDelta)),
    exact: isExact(firstOffset) && isExact(firstTimestamp),
    end,
  }
}

/** Of a batch of which no more can be read than where it stands. */
const unknownContext: BatchContext = {
  firstOffset: '-1',
  firstTimestamp: '-1',
  partitionLeaderEpoch: -1,
  inTransaction: false,
  isControlBatch: false,
  lastOffsetDelta: 0,
  producerId: '-1',
  producerEpoch: -1,
  firstSequence: -1,
  maxTimestamp: '-1',
  timestampType: 0,
  magicByte: -1,
}

function blockOf(bytes: Buffer, context: BatchContext): RecordBlock {
  return {
    bytes,
    context,
    firstOffset: Number(context.firstOffset),
    firstTimestamp: Number(context.firstTimestamp),
    appendedAt: context.timestampType === 1 ? context.maxTimestamp : undefined,
  }
}

function isExact(value: bigint): boolean {
  return -exactBelow < value && value < exactBelow
}

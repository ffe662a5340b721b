import type { RecordBlock } from './fetched-record.ts'
import type {
  BatchContext,
  DecodeRecordBatch,
  Decoder,
  LookupCodec,
  RawMessage,
} from './kafkajs-internals.ts'
import { type OriginalRecords, RecordReader } from './record-reader.ts'

export interface OriginalDecoders extends OriginalRecords {
  readonly decodeRecordBatch: DecodeRecordBatch
  readonly lookupCodec: LookupCodec
}

/** Record batch header, bytes from its start: https://kafka.apache.org/documentation/#recordbatch */
const at = {
  firstOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magicByte: 16,
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

const logAppendTimeFlag = 0x8
const transactionalFlag = 0x10
const controlFlag = 0x20

/** Below this, adding a batch's deltas (offsets 31 bits, times 48) stays exact in a double. */
const exactBelow = 2n ** 52n

/**
 * Decodes record batches as kafkajs does, into records that are made of numbers. A batch that is cut off or whose
 * offsets or times are too large for that goes to kafkajs's own decoder.
 */
export function recordBatchDecoder(original: OriginalDecoders): DecodeRecordBatch {
  return async decoder => {
    const batch = headerOf(decoder)
    if (!batch) return original.decodeRecordBatch(decoder)
    const { context, attributes, start, end } = batch
    decoder.offset = end
    const codec = original.lookupCodec(attributes)
    const count = decoder.buffer.readInt32BE(start + at.count)
    const { magicByte: _, ...shared } = context
    if (count <= 0) return { ...shared, records: [] }
    // Where kafkajs's decoder begins to count, so that a damaged record is the same nonsense to both.
    const body = decoder.buffer.subarray(start + lengthEnds, end)
    const bytes = codec ? await codec.decompress(body.subarray(recordsInBody)) : body
    const reader = new RecordReader(blockOf(bytes, context), codec ? 0 : recordsInBody, original)
    const records: RawMessage[] = new Array(count)
    for (let i = 0; i < count; i++) records[i] = reader.next()
    return { ...shared, records }
  }
}

interface Header {
  readonly context: BatchContext
  readonly attributes: number
  readonly start: number
  readonly end: number
}

function headerOf({ buffer, offset: start }: Decoder): Header | undefined {
  if (buffer.length < start + at.records) return undefined
  const end = start + lengthEnds + buffer.readInt32BE(start + at.length)
  const firstOffset = buffer.readBigInt64BE(start + at.firstOffset)
  const firstTimestamp = buffer.readBigInt64BE(start + at.firstTimestamp)
  const complete = start + at.records <= end && end <= buffer.length
  if (!complete || buffer.readInt32BE(start + at.count) < -1) return undefined
  if (!isExact(firstOffset) || !isExact(firstTimestamp)) return undefined
  const attributes = buffer.readInt16BE(start + at.attributes)
  const context: BatchContext = {
    firstOffset: String(firstOffset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch: buffer.readInt32BE(start + at.partitionLeaderEpoch),
    inTransaction: (attributes & transactionalFlag) > 0,
    isControlBatch: (attributes & controlFlag) > 0,
    lastOffsetDelta: buffer.readInt32BE(start + at.lastOffsetDelta),
    producerId: String(buffer.readBigInt64BE(start + at.producerId)),
    producerEpoch: buffer.readInt16BE(start + at.producerEpoch),
    firstSequence: buffer.readInt32BE(start + at.firstSequence),
    maxTimestamp: String(buffer.readBigInt64BE(start + at.maxTimestamp)),
    timestampType: (attributes & logAppendTimeFlag) > 0 ? 1 : 0,
    magicByte: buffer.readInt8(start + at.magicByte),
  }
  return { context, attributes, start, end }
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

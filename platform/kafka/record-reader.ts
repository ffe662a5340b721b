import { FetchedRecord, type RecordBlock } from './fetched-record.ts'
import type { DecodeRecord, DecoderClass, RawMessage } from './kafkajs-internals.ts'

/** kafkajs's own way to decode a record. */
export interface OriginalRecords {
  readonly Decoder: DecoderClass
  readonly decodeRecord: DecodeRecord
}

/** Longest variable-length number read here, 7 bytes: exact in a double. */
const longestFactor = 2 ** 42

/**
 * Reads the records of one batch, one after another (record format v2). A record that has headers, does not end where
 * its length says, or holds numbers beyond a double's exactness is left to kafkajs's own decoder.
 */
export class RecordReader {
  private readonly block: RecordBlock
  private readonly original: OriginalRecords
  private readonly check: () => void
  private checked = false
  private at: number

  /**
   * Reads `block.bytes` from `at` on.
   * @param check throws where the bytes are not those that were written; called before the first record that is not plain
   */
  constructor(block: RecordBlock, at: number, original: OriginalRecords, check: () => void) {
    this.block = block
    this.at = at
    this.original = original
    this.check = check
  }

  next(): RawMessage {
    const start = this.at
    const length = this.varInt()
    const end = this.at + length
    const record = length > 0 && end <= this.block.bytes.length ? this.record() : undefined
    if (record === undefined || this.at !== end) return this.readAsOriginal(start)
    return record
  }

  /** The same where first offset or time are beyond a double's exactness. */
  nextOfAnySize(): RawMessage {
    return this.readAsOriginal(this.at)
  }

  private record(): FetchedRecord | undefined {
    const attributes = ((this.block.bytes[this.at++] as number) << 24) >> 24
    const timestampDelta = this.varLong()
    const offsetDelta = this.varInt()
    const keyLength = this.varInt()
    const keyStart = keyLength < 0 ? -1 : this.at
    if (keyLength > 0) this.at += keyLength
    const keyEnd = this.at
    const valueLength = this.varInt()
    const valueStart = valueLength < 0 ? -1 : this.at
    if (valueLength > 0) this.at += valueLength
    const valueEnd = this.at
    const headers = this.varInt()
    if (headers !== 0 || keyLength < -1 || valueLength < -1 || Number.isNaN(timestampDelta)) return undefined
    return new FetchedRecord(
      this.block,
      attributes,
      timestampDelta,
      offsetDelta,
      keyStart,
      keyEnd,
      valueStart,
      valueEnd,
    )
  }

  private readAsOriginal(start: number): RawMessage {
    if (!this.checked) {
      // Of damaged bytes it may take a number for how many headers follow, and read them for minutes.
      this.check()
      this.checked = true
    }
    const { Decoder, decodeRecord } = this.original
    const records = new Decoder(this.block.bytes)
    records.offset = start
    const record = decodeRecord(new Decoder(records.readVarIntBytes()), this.block.context)
    this.at = records.offset
    return record
  }

  /** A zigzag number of up to 32 bits, to the letter as kafkajs reads it. */
  private varInt(): number {
    const { bytes } = this.block
    let byte = bytes[this.at++] as number
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let result = byte & 0x7f
    let shift = 7
    do {
      byte = bytes[this.at++] as number
      result += (byte & 0x7f) << shift
      shift += 7
    } while (byte >= 0x80)
    return (result >>> 1) ^ -(result & 1)
  }

  /** A zigzag number of up to 64 bits; NaN where it takes more than seven bytes. */
  private varLong(): number {
    const { bytes } = this.block
    let byte = bytes[this.at++] as number
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let result = byte & 0x7f
    let factor = 0x80
    do {
      if (factor > longestFactor) return Number.NaN
      byte = bytes[this.at++] as number
      result += (byte & 0x7f) * factor
      factor *= 0x80
    } while (byte >= 0x80)
    return result % 2 === 0 ? result / 2 : -(result + 1) / 2
  }
}

import type { DecodeRecordSet, DecoderClass, RawMessage } from './kafkajs-internals.ts'
import { hasWholeBatch, recordBatchDecoder } from './record-batch-decoder.ts'
import type { OriginalRecords } from './record-reader.ts'

/**
 * Decodes what a fetch has of one partition. Instead of kafkajs's own, which hands each batch's records over as arguments
 * and overflows the stack where a batch has a hundred thousand of them, and which takes all batches for the format of the
 * first.
 */
export function recordSetDecoder(original: OriginalRecords): DecodeRecordSet {
  const decodeBatch = recordBatchDecoder(original)
  const Decoder: DecoderClass = original.Decoder
  return async response => {
    const size = response.readInt32()
    if (size <= 0 || !response.canReadBytes(size)) return []
    const set = new Decoder(response.readBytes(size))
    let messages: RawMessage[] = []
    while (hasWholeBatch(set)) {
      const records = await decodeBatch(set)
      if (messages.length === 0) messages = records
      else for (const record of records) messages.push(record)
    }
    return messages
  }
}

import type { KafkaMessage } from 'kafkajs'

/** What this folder uses of the inside of kafkajs 2.2.4; none of it is in its published types. */

/** src/protocol/decoder.js: reads forward through a buffer. */
export interface Decoder {
  readonly buffer: Buffer
  offset: number
  readVarIntBytes(): Buffer | null
}
export type DecoderClass = new (buffer: Buffer | null) => Decoder

/** What every record of one record batch shares. 64-bit numbers are text. */
export interface BatchContext {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly partitionLeaderEpoch: number
  readonly inTransaction: boolean
  readonly isControlBatch: boolean
  readonly lastOffsetDelta: number
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly maxTimestamp: string
  readonly timestampType: number
  readonly magicByte: number
}

/** A message as a fetch delivers it. */
export type RawMessage = KafkaMessage & {
  readonly magicByte: number
  readonly isControlRecord: boolean
  readonly batchContext: BatchContext
}

/** src/protocol/recordBatch/v0/decoder.js */
export type DecodeRecordBatch = (
  decoder: Decoder,
) => Promise<Omit<BatchContext, 'magicByte'> & { readonly records: RawMessage[] }>

/** src/protocol/recordBatch/record/v0/decoder.js */
export type DecodeRecord = (decoder: Decoder, context: BatchContext) => RawMessage

/** src/protocol/message/compression/index.js; null where records are not compressed. */
export type LookupCodec = (attributes: number) => { decompress(bytes: Buffer): Promise<Buffer> } | null

/** What a fetch answers for one partition. */
export interface PartitionData {
  readonly partition: number
  readonly highWatermark: string
  readonly abortedTransactions?:
    | readonly { readonly producerId: string; readonly firstOffset: string }[]
    | null
  readonly messages: RawMessage[]
}

/** src/consumer/batch.js */
export interface FetchedBatch {
  rawMessages: RawMessage[]
  messagesWithinOffset: RawMessage[]
  messages: RawMessage[]
}
export type FetchedBatchClass = new (
  topic: string,
  fetchedOffset: string,
  partitionData: PartitionData,
) => FetchedBatch

/** src/broker/index.js: what a group's coordinator answers. */
export interface GroupCoordinator {
  describeGroups(options: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly {
      readonly members: readonly { readonly memberId: string; readonly clientId: string }[]
    }[]
  }>
  leaveGroup(options: { readonly groupId: string; readonly memberId: string }): Promise<unknown>
}

/** src/consumer/offsetManager/index.js: what a member of a group has consumed and committed. */
export interface OffsetManager {
  readonly groupId: string
  coordinator: unknown
  readonly cluster: { findGroupCoordinator(of: { readonly groupId: string }): Promise<unknown> }
  commitOffsets(offsets?: unknown): Promise<void>
}
export interface OffsetManagerClass {
  readonly prototype: OffsetManager
}

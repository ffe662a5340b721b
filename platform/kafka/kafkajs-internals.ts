import type { KafkaMessage } from 'kafkajs'

/** What this folder uses of the inside of kafkajs 2.2.4; none of it is in its published types. */

/** src/protocol/decoder.js: reads forward through a buffer. */
export interface Decoder {
  readonly buffer: Buffer
  offset: number
  readInt32(): number
  canReadBytes(length: number): boolean
  readBytes(length: number): Buffer | null
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

/** src/protocol/requests/fetch/v4/decodeMessages.js: the record set of one partition, its size first. */
export type DecodeRecordSet = (decoder: Decoder) => Promise<RawMessage[]>

/** src/protocol/recordBatch/record/v0/decoder.js */
export type DecodeRecord = (decoder: Decoder, context: BatchContext) => RawMessage

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
  readonly fetchedOffset: string
  rawMessages: RawMessage[]
  messagesWithinOffset: RawMessage[]
  messages: RawMessage[]
  isEmpty(): boolean
  isEmptyDueToFiltering(): boolean
  firstOffset(): string | null
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

/** src/cluster/connectionPoolBuilder.js */
export interface ConnectionPoolBuilder {
  build(where?: { readonly host: string; readonly port: number; readonly rack?: string }): Promise<unknown>
}
export type MakeConnectionPoolBuilder = (options: { readonly brokers: unknown }) => ConnectionPoolBuilder

/** Offsets that a consumer wanted to read and the log does not have. */
export interface LostOffsets {
  readonly topic: string
  readonly partition: number
  /** The first of them. */
  readonly from: number
  /** Where the log begins, and reading goes on. Before `from`, it is another log, or one that was cut off at its end. */
  readonly to: number
}

/** Where whoever owns a consumer's cluster is told of them: the only thing of a consumer that kafkajs hands out. */
export const onLostOffsets: unique symbol = Symbol('citybrain: lost offsets')

/** src/cluster/index.js: of a consumer, one of its own. */
export interface ConsumerCluster {
  findGroupCoordinator(of: { readonly groupId: string }): Promise<unknown>
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number }[]
      readonly fromBeginning: boolean
    }[],
  ): Promise<
    readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]
  >
  [onLostOffsets]?: (lost: LostOffsets) => void
}

/** src/consumer/offsetManager/index.js: what a member of a group has consumed and committed. */
export interface OffsetManager {
  readonly groupId: string
  coordinator: unknown
  readonly cluster: ConsumerCluster
  commitOffsets(offsets?: unknown): Promise<void>
  /** Called where the log does not hold the offset that was asked for. */
  setDefaultOffset(of: { readonly topic: string; readonly partition: number }): Promise<void>
  /** A 64-bit number of kafkajs's own kind. */
  nextOffset(topic: string, partition: number): { toString(): string }
  /** Goes on after this offset. */
  resolveOffset(of: { readonly topic: string; readonly partition: number; readonly offset: string }): void
}
export interface OffsetManagerClass {
  readonly prototype: OffsetManager
}

/** src/network/connection.js: what `send` sends and how it reads the answer. */
export interface KafkaRequest<Answer> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    /** As much of kafkajs's encoder as its own one takes: what follows the client id. */
    readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
  }
  readonly response: {
    /** What follows the correlation id. */
    readonly decode: (payload: Buffer) => Promise<Answer>
    readonly parse: (answer: Answer) => Promise<Answer>
  }
}

/** src/broker/index.js: one that is connected, and signed in where it asks for that. */
export interface AnyBroker {
  /** By API key. */
  readonly versions: Readonly<
    Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>
  > | null
  readonly connectionPool: {
    send<Answer>(request: KafkaRequest<Answer>): Promise<Answer>
  }
}

/** src/cluster/index.js, brokerPool.js */
export interface PooledCluster {
  readonly brokerPool: { findConnectedBroker(): Promise<AnyBroker> }
}

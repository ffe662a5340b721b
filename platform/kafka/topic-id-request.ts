import type { KafkaRequest } from './kafkajs-internals.ts'

/**
 * Kafka's Metadata request as kafkajs does not know it: from version 10 on, brokers name the id of a topic.
 * Wire format: MetadataRequest.json and MetadataResponse.json in Apache Kafka, clients/src/main/resources/common/message.
 */
export const metadataApiKey = 3

/** Versions that this file writes and reads; Kafka 2.8 and newer know the first one. */
export const metadataVersions = { min: 10, max: 12 } as const

/** What a broker answers. */
export interface TopicIdAnswer {
  readonly clusterId: string | null
  readonly topics: readonly AnsweredTopic[]
  /** For kafkajs, which waits so long before it sends the next request over this connection, ms. */
  readonly clientSideThrottleTime: number
}

export interface AnsweredTopic {
  readonly name: string
  /** Of Kafka's error codes; 0 for none. */
  readonly errorCode: number
  /** As Kafka's own tools write it: base64url of the UUID's 16 bytes. Null where the broker names none. */
  readonly id: string | null
}

/** The question for the ids of topics, for kafkajs to send. It creates no topic. */
export function topicIdRequest(topics: readonly string[], version: number): KafkaRequest<TopicIdAnswer> {
  return {
    request: {
      apiKey: metadataApiKey,
      apiVersion: version,
      apiName: 'Metadata',
      encode: async () => {
        const bytes = encodeQuestion(topics, version)
        return { buf: bytes, buffer: bytes }
      },
    },
    response: { decode: async payload => decodeAnswer(payload), parse: async answer => answer },
  }
}

const no = 0
const noTags = 0
const noUuid = Buffer.alloc(16)

/** The request after its client id, which is where kafkajs, that knows headers of version 1 only, ends the header. */
export function encodeQuestion(topics: readonly string[], version: number): Buffer {
  const parts: Buffer[] = [Buffer.from([noTags]), unsigned(topics.length + 1)]
  for (const topic of topics) {
    const name = Buffer.from(topic)
    parts.push(noUuid, unsigned(name.length + 1), name, Buffer.from([noTags]))
  }
  const allowAutoTopicCreation = no
  const includeTopicAuthorizedOperations = no
  const includeClusterAuthorizedOperations = version <= 10 ? [no] : []
  parts.push(
    Buffer.from([
      allowAutoTopicCreation,
      ...includeClusterAuthorizedOperations,
      includeTopicAuthorizedOperations,
      noTags,
    ]),
  )
  return Buffer.concat(parts)
}

/** @param payload of the response after its correlation id @throws RangeError where it ends early */
export function decodeAnswer(payload: Buffer): TopicIdAnswer {
  const reader = new FlexibleReader(payload)
  reader.tags()
  const clientSideThrottleTime = reader.int32()
  reader.array(() => {
    reader.skip(4)
    reader.string()
    reader.skip(4)
    reader.string()
    reader.tags()
  })
  const clusterId = reader.string()
  reader.skip(4)
  const topics = reader.array(() => readTopic(reader))
  // What follows is of no interest here.
  return { clusterId, topics, clientSideThrottleTime }
}

function readTopic(reader: FlexibleReader): AnsweredTopic {
  const errorCode = reader.int16()
  const name = reader.string() ?? ''
  const uuid = reader.bytes(16)
  reader.skip(1)
  reader.array(() => {
    // Error code, index, leader and its epoch.
    reader.skip(2 + 4 + 4 + 4)
    for (const _ of ['replicas', 'in sync', 'offline']) reader.array(() => reader.skip(4))
    reader.tags()
  })
  reader.skip(4)
  reader.tags()
  return { name, errorCode, id: uuid.equals(noUuid) ? null : uuid.toString('base64url') }
}

/** Seven bits a byte, the lowest first; all but the last byte have their eighth bit set. */
function unsigned(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

/**
 * Reads Kafka's flexible encoding (KIP-482). kafkajs's own decoder takes the length of a tagged field for one more than
 * it is, so it cannot pass over one.
 */
class FlexibleReader {
  private readonly buffer: Buffer
  private offset = 0

  constructor(buffer: Buffer) {
    this.buffer = buffer
  }

  int16(): number {
    return this.bytes(2).readInt16BE()
  }

  int32(): number {
    return this.bytes(4).readInt32BE()
  }

  /** @throws RangeError where there are fewer */
  bytes(length: number): Buffer {
    const end = this.offset + length
    if (end > this.buffer.length) throw new RangeError('the answer ends early')
    const bytes = this.buffer.subarray(this.offset, end)
    this.offset = end
    return bytes
  }

  skip(length: number): void {
    this.bytes(length)
  }

  string(): string | null {
    const length = this.unsigned()
    return length === 0 ? null : this.bytes(length - 1).toString()
  }

  /** Null is the same as empty. */
  array<T>(read: () => T): readonly T[] {
    const length = Math.max(0, this.unsigned() - 1)
    const items: T[] = []
    for (let index = 0; index < length; index++) items.push(read())
    return items
  }

  tags(): void {
    for (let left = this.unsigned(); left > 0; left--) {
      this.unsigned()
      this.skip(this.unsigned())
    }
  }

  private unsigned(): number {
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.bytes(1).readUInt8()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new RangeError('a length of the answer has more than five bytes')
  }
}

import type { Kafka, Producer } from 'kafkajs'
import { type AvroWriter, avroWriter } from '../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logs } from '../../platform/epochs/open-log.ts'
import type { UndecodableBatch } from '../../platform/kafka/undecodable-batch.ts'
import type { Resource } from '../../platform/lifecycle.ts'
import type { DeadLetter, RefusedBatch, RefusedMessage } from '../../schemas/records/dead-letter.ts'
import { topicNames } from '../../schemas/topics.ts'
import type { LogMessage, OffsetSpan } from './pending-batch.ts'

export interface DeadLettersOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly logs: Logs
  readonly clock: Clock
}

/**
 * Puts what can never be stored into `telemetry.rejected`: messages that ClickHouse does not take, code `archive_refused`,
 * record batches that nobody can read, code `undecodable_batch`, and the place of what was gone before it could be stored,
 * code `offsets_lost`.
 */
export class DeadLetters implements Resource {
  readonly name = 'dead letters of archive'
  private readonly options: DeadLettersOptions
  private readonly producer: Producer
  private writer: AvroWriter<DeadLetter> | undefined

  constructor(options: DeadLettersOptions) {
    this.options = options
    this.producer = options.kafka.producer({
      allowAutoTopicCreation: false,
    })
  }

  async start(): Promise<void> {
    await this.producer.connect()
  }

  async stop(): Promise<void> {
    await this.producer.disconnect()
  }

  /** Resolves once every in-sync replica has it. */
  refuse(topic: string, message: LogMessage, reason: string): Promise<void> {
    return this.send(rejectedOf(topic, message, reason, this.baseOf(topic)))
  }

  /** Resolves once every in-sync replica has it. */
  keepUnread(topic: string, partition: number, batch: UndecodableBatch): Promise<void> {
    return this.send(unreadOf(topic, partition, batch, this.options.clock.now(), this.baseOf(topic)))
  }

  /** Resolves once every in-sync replica has it. */
  nameLost(topic: string, span: OffsetSpan): Promise<void> {
    return this.send(lostOf(topic, span, this.options.clock.now(), this.baseOf(topic)))
  }

  private baseOf(topic: string): number {
    return this.options.logs.of(topic).base
  }

  private async send(letter: DeadLetter): Promise<void> {
    this.writer ??= await avroWriter<DeadLetter>(this.options.registry, topicNames.rejected)
    await this.producer.send({
      topic: topicNames.rejected,
      acks: -1,
      messages: [{ key: letter.asset_id, value: this.writer.encode(letter) }],
    })
  }
}

/** A dead letter is a message itself, and base64 makes a third more of a value. Bytes. */
const mostKeptBytes = 512 * 1024
const longestId = 256

/**
 * What cannot be stored cannot be trusted to decode either: the payload says where it is and what bytes it has; of a value
 * that is too large for a dead letter, how many.
 * @param base of the log
 */
export function rejectedOf(topic: string, message: LogMessage, reason: string, base = 0): DeadLetter {
  const { partition, offset: place, key, value, timestamp } = message
  const isKept = value !== null && value.length <= mostKeptBytes
  const refused: RefusedMessage = {
    topic,
    partition,
    offset: place - base,
    base,
    value_base64: isKept ? value.toString('base64') : null,
    value_bytes: value?.length ?? 0,
  }
  return {
    record: topic.replace(/^telemetry\./, ''),
    asset_id: key?.toString('utf8').slice(0, longestId) ?? null,
    event_time: null,
    received_at: Number(timestamp),
    source: 'archive',
    code: 'archive_refused',
    message: reason.slice(0, 2_000),
    payload: JSON.stringify(refused),
  }
}

/**
 * Where the batch stands, and its bytes as they were written, to be read by a tool that can.
 * @param now epoch ms
 */
export function unreadOf(
  topic: string,
  partition: number,
  batch: UndecodableBatch,
  now: number,
  base = 0,
): DeadLetter {
  const { firstPosition, position, messages, defect, reason, bytes } = batch
  const refused: RefusedBatch = {
    topic,
    partition,
    offset: firstPosition,
    base,
    last_offset: position,
    messages,
    defect,
    batch_base64: bytes.length <= mostKeptBytes ? bytes.toString('base64') : null,
  }
  return {
    record: topic.replace(/^telemetry\./, ''),
    asset_id: null,
    event_time: null,
    received_at: now,
    source: 'archive',
    code: 'undecodable_batch',
    message:
      `${topic} partition ${partition}, offsets ${firstPosition} to ${position}: ${defect}, ${reason}`.slice(
        0,
        2_000,
      ),
    payload: JSON.stringify(refused),
  }
}

/** @param now epoch ms */
export function lostOf(
  topic: string,
  { partition, from, through }: OffsetSpan,
  now: number,
  base = 0,
): DeadLetter {
  const last = through - 1
  const lost: RefusedBatch = {
    topic,
    partition,
    offset: from,
    base,
    last_offset: last,
    messages: through - from,
    defect: 'gone',
    batch_base64: null,
  }
  return {
    record: topic.replace(/^telemetry\./, ''),
    asset_id: null,
    event_time: null,
    received_at: now,
    source: 'archive',
    code: 'offsets_lost',
    message: `${topic} partition ${partition}, offsets ${from} to ${last}: gone from the log before they were stored`,
    payload: JSON.stringify(lost),
  }
}

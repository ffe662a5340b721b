import type { Kafka, Producer } from 'kafkajs'
import { AvroReader } from '../../platform/avro/avro-reader.ts'
import { type AvroWriter, avroWriter } from '../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { topicNames } from '../../schemas/topics.ts'
import { readToEnd } from './read-to-end.ts'

/** A value of `telemetry.redriven`; the time is epoch ms. */
interface Redriven {
  readonly rejected_partition: number
  readonly rejected_offset: number
  readonly record: string
  readonly code: string
  readonly redriven_at: number
}

/** A dead letter by its place in `telemetry.rejected`, and what it was accepted as. */
export interface AcceptedLetter {
  readonly partition: number
  readonly offset: number
  readonly record: RecordId
  readonly code: string
}

export interface RedrivenLettersOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly clock: Clock
  readonly log: Log
}

/**
 * Which dead letters were accepted when they were sent again: the topic `telemetry.redriven`. It is written after the
 * door has answered, so a crash between the two offers a letter once more, which is harmless: a reading that comes again is
 * a duplicate.
 */
export class RedrivenLetters {
  private readonly options: RedrivenLettersOptions
  private readonly producer: Producer
  private readonly offsets = new Map<number, Set<number>>()
  private writer: AvroWriter<Redriven> | undefined

  constructor(options: RedrivenLettersOptions) {
    this.options = options
    this.producer = options.kafka.producer({
      allowAutoTopicCreation: false,
    })
  }

  /** Reads all of them. */
  async load(): Promise<void> {
    const { kafka, registry, log } = this.options
    const reader = new AvroReader<Redriven>(registry, topicNames.redriven)
    await readToEnd({
      kafka,
      topic: topicNames.redriven,
      log,
      onMessages: async messages => {
        await reader.prepare(messages)
        for (const { value, offset } of messages) {
          if (value === null) continue
          try {
            const { rejected_partition, rejected_offset } = reader.decode(value)
            this.note(rejected_partition, rejected_offset)
          } catch (error) {
            // What it speaks of may be offered once more, which changes nothing.
            log.warn(
              { topic: topicNames.redriven, offset, reason: messageOf(error) },
              'a message cannot be read',
            )
          }
        }
      },
    })
  }

  has(partition: number, offset: number): boolean {
    return this.offsets.get(partition)?.has(offset) ?? false
  }

  /** Resolves once every in-sync replica has them. */
  async add(letters: readonly AcceptedLetter[]): Promise<void> {
    if (letters.length === 0) return
    const { registry, clock } = this.options
    if (!this.writer) {
      this.writer = await avroWriter<Redriven>(registry, topicNames.redriven)
      await this.producer.connect()
    }
    const { writer } = this
    const redriven_at = clock.now()
    const messages = letters.map(({ partition, offset, record, code }) => ({
      key: `${partition}-${offset}`,
      value: writer.encode({
        rejected_partition: partition,
        rejected_offset: offset,
        record,
        code,
        redriven_at,
      }),
    }))
    await this.producer.send({ topic: topicNames.redriven, acks: -1, messages })
    for (const { partition, offset } of letters) this.note(partition, offset)
  }

  async close(): Promise<void> {
    await this.producer.disconnect()
  }

  private note(partition: number, offset: number): void {
    const known = this.offsets.get(partition)
    if (known) known.add(offset)
    else this.offsets.set(partition, new Set([offset]))
  }
}

import type { Kafka, KafkaMessage } from 'kafkajs'
import { AvroReader } from '../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../platform/avro/schema-registry.ts'
import type { Clock } from '../../platform/clock.ts'
import { currentLogs } from '../../platform/epochs/read-epochs.ts'
import { CodedError, messageOf } from '../../platform/errors.ts'
import { ensureTopics } from '../../platform/kafka/ensure-topics.ts'
import type { Log } from '../../platform/log.ts'
import type { DeadLetter } from '../../schemas/records/dead-letter.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { telemetryTopic, topicNames } from '../../schemas/topics.ts'
import { Refusal } from '../pipeline/refusal.ts'
import { DoorClient, keyHeader } from '../sources/files/door-client.ts'
import { deadLettersHeader } from '../sources/http/dead-letters-header.ts'
import { decodeValue } from './decode-value.ts'
import { readToEnd } from './read-to-end.ts'
import { type DecodeReading, readingOfLetter } from './reading-of-letter.ts'
import type { RedriveOptions } from './redrive-options.ts'
import { RedrivenLetters } from './redriven-letters.ts'
import { type PlacedLetter, ResendBatches } from './resend-batches.ts'
import { isSelected } from './selection.ts'
import { Tally } from './tally.ts'

export interface RedriveContext {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly clock: Clock
  readonly log: Log
}

/** Told how many dead letters there are to look at, and how far it is. */
export interface RedriveProgress {
  begin(total: number): void
  advance(by: number): void
  end(): void
}

export interface RedriveResult {
  readonly tally: Tally
  /** Why it ended early. */
  failure?: unknown
}

/**
 * Dead letters -> the HTTP door, in log order, as the devices sent them; the door's own clock and rules decide.
 *
 * A dead letter stays one dead letter: what is refused again is told and counted, but not kept a second time (the
 * request says so), and is offered again by the next run. What was accepted is remembered in `telemetry.redriven`
 * and not offered again. Running it twice, or two at once, changes nothing: the log collapses by identity.
 * When it fails on its way the result says so; what was accepted until then is remembered.
 */
export async function redrive(
  options: RedriveOptions,
  context: RedriveContext,
  progress: RedriveProgress,
): Promise<RedriveResult> {
  const { kafka, registry, log } = context
  const { selection, again, dryRun, addresses } = options
  const result: RedriveResult = { tally: new Tally() }
  const { tally } = result
  const redriven = new RedrivenLetters(context)
  const door = new DoorClient(addresses.door, {
    ...keyHeader(process.env),
    [deadLettersHeader]: 'none',
  })
  const batches = new ResendBatches({
    post: (record, items) => door.post(`/v1/telemetry/${record}`, items),
    accepted: letters => redriven.add(letters),
    tally,
  })
  const decode = decoderOf(registry)

  const take = async (placed: PlacedLetter): Promise<void> => {
    const { partition, offset, letter } = placed
    tally.read++
    if (!isSelected(letter, selection)) return
    if (!again && redriven.has(partition, offset)) {
      tally.redrivenBefore++
      return
    }
    tally.match(letter.record, letter.code, letter.message)
    if (dryRun) return
    const reading = await readingOfLetter(letter, decode)
    if (reading instanceof Refusal) tally.refuse(reading.code, reading.message)
    else await batches.add(reading.record, reading.item, placed)
  }

  let base = 0
  const reader = new AvroReader<DeadLetter<string>>(registry, topicNames.rejected)
  const look = async ({ offset, value }: KafkaMessage, partition: number): Promise<void> => {
    if (value === null) return
    const letter = await decodeValue(reader, value)
    if (letter instanceof Refusal) {
      tally.unreadable++
      log.warn({ partition, offset, reason: letter.message }, 'not a dead letter')
    } else await take({ partition, offset: base + Number(offset), letter })
  }

  try {
    await reach(context, addresses.brokers)
    base = (await currentLogs(context, [topicNames.rejected])).of(topicNames.rejected).base
    await redriven.load()
    await readToEnd({
      kafka,
      topic: topicNames.rejected,
      log,
      onBegin: total => progress.begin(total),
      onMessages: async (messages, partition) => {
        for (const message of messages) await look(message, partition)
        progress.advance(messages.length)
      },
    })
    await batches.flushAll()
  } catch (error) {
    result.failure = error
  } finally {
    progress.end()
    await redriven.close()
  }
  tally.retries = door.retries
  return result
}

/** @throws CodedError `kafka_unreachable`. */
async function reach({ kafka }: RedriveContext, brokers: string): Promise<void> {
  try {
    await ensureTopics(kafka)
  } catch (cause) {
    const hint = 'is it running? KAFKA_BROKERS or --port-offset say where'
    throw new CodedError('kafka_unreachable', `Kafka at ${brokers}: ${messageOf(cause)}`, { hint, cause })
  }
}

function decoderOf(registry: SchemaRegistry): DecodeReading {
  const readers = new Map<RecordId, AvroReader<object>>()
  return (record, value) => {
    const reader = readers.get(record) ?? new AvroReader<object>(registry, telemetryTopic(record))
    readers.set(record, reader)
    return decodeValue(reader, value)
  }
}

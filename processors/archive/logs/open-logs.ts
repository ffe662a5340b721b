import type { ClickHouseClient } from '@clickhouse/client'
import type { Kafka, Producer } from 'kafkajs'
import { avroWriter } from '../../../platform/avro/avro-writer.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import type { Clock } from '../../../platform/clock.ts'
import { type LogEpoch, nextBase } from '../../../platform/epochs/open-log.ts'
import { type KnownEpochs, logOf, readEpochs } from '../../../platform/epochs/read-epochs.ts'
import { LastingAdmin, type OffsetsAdmin } from '../../../platform/kafka/lasting-admin.ts'
import { topicIds } from '../../../platform/kafka/log-ids.ts'
import type { Log } from '../../../platform/log.ts'
import type { DeadLetter } from '../../../schemas/records/dead-letter.ts'
import { type RecordId, recordIds } from '../../../schemas/records/record.ts'
import { openedTopics, recordOf, telemetryTopic, topicNames } from '../../../schemas/topics.ts'
import { type LateNotice, noticeOfEveryWindow } from '../../windows/partial.ts'
import type { WindowSpecs } from '../../windows/window-spec.ts'
import { lostOf } from '../dead-letters.ts'
import { lostReadings } from './lost-readings.ts'
import { restorableTopics, restoreTopic } from './restore-topic.ts'
import { newestEventTime, storedReach } from './stored-reach.ts'

export interface OpenLogsOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly clickhouse: ClickHouseClient
  readonly database: string
  readonly windows: WindowSpecs
  /** Event time. */
  readonly clock: Clock
  /** Wall time. */
  readonly wall: Clock
  readonly log: Log
  /** The archive's table of a topic that is stored, and its consumer group. */
  readonly storedAs: (topic: string) => { readonly table: string; readonly group: string } | undefined
}

/** A log that is to be opened, and what is known of those before it. */
interface Opening {
  readonly topic: string
  readonly log: string
  /** The log that was opened last; undefined where none ever was. */
  readonly before: LogEpoch | undefined
  /** Places below it are taken. */
  readonly reach: number
  /** It is the log whose data ClickHouse has, of before logs were opened. */
  readonly isKnown: boolean
}

/**
 * Opens the logs that are new: every process waits for it. Where a topic was another log before, or ClickHouse holds data of a
 * log that is gone, places begin beyond all of these, what lived in the log alone is written to it again from ClickHouse, and
 * windows that may have readings of both are given to `correct`. May be repeated, and done by several at once.
 * @throws ClickHouseError, Error of Kafka
 */
export async function openLogs(options: OpenLogsOptions): Promise<void> {
  const { kafka, log } = options
  const ids = await topicIds(kafka, openedTopics)
  const known = await readEpochs(options)
  const unopened = openedTopics.flatMap(topic => {
    const id = logOf(ids, topic)
    return id !== undefined && known.get(topic)?.log !== id ? [{ topic, log: id }] : []
  })
  if (unopened.length === 0) return
  const admin = new LastingAdmin(kafka)
  const producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 })
  try {
    await admin.connect()
    await producer.connect()
    const openings: Opening[] = []
    for (const one of unopened) openings.push(await openingOf(options, admin, known, one))
    const epochs = await epochsOf(options, openings)
    const later = epochs.filter(isLater)
    for (const { topic, base, log: id } of later) {
      log.error({ topic, log: id, base }, 'the log is another one than the one before: its places begin anew')
    }
    await nameLost(options, producer, later)
    await restoreAll(options, producer, later)
    await giveToCorrect(options, producer, later)
    await write(options, producer, epochs)
    log.info({ topics: epochs.length, later: later.length }, 'logs opened')
  } finally {
    await producer.disconnect()
    await admin.disconnect()
  }
}

async function openingOf(
  options: OpenLogsOptions,
  admin: OffsetsAdmin,
  known: KnownEpochs,
  { topic, log }: { readonly topic: string; readonly log: string },
): Promise<Opening> {
  const before = known.get(topic)
  const stored = options.storedAs(topic)
  const reach = stored ? await storedReach(options, topic, stored.table) : 0
  const isKnown =
    before === undefined && stored !== undefined && (await hasCommits(admin, stored.group, topic))
  return { topic, log, before, reach: Math.max(reach, before?.base ?? 0), isKnown }
}

/** Data of before logs were opened are of this log where it is the one that was archived. A broker forgets that with the topic. */
async function hasCommits(admin: OffsetsAdmin, groupId: string, topic: string): Promise<boolean> {
  const [commits] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return (commits?.partitions ?? []).some(({ offset }) => Number(offset) >= 0)
}

async function epochsOf(
  options: OpenLogsOptions,
  openings: readonly Opening[],
): Promise<readonly LogEpoch[]> {
  const { clock, wall } = options
  // A topic that is not stored has had another log if any of those that are has.
  const isLost = ({ before, reach, isKnown }: Opening) => before !== undefined || (reach > 0 && !isKnown)
  const anyLost = openings.some(isLost)
  const now = clock.now()
  const newest = async (records: readonly RecordId[]): Promise<number> => {
    const times = await Promise.all(records.map(record => newestEventTime(options, record)))
    return Math.max(now, ...times.map(time => time ?? now))
  }
  return Promise.all(
    openings.map(async (opening): Promise<LogEpoch> => {
      const { topic, log, reach } = opening
      const lost = isLost(opening) || (anyLost && options.storedAs(topic) === undefined)
      const records = windowsOf(topic)
      return {
        topic,
        log,
        base: lost ? nextBase(reach) : 0,
        closed_until: lost && records.length > 0 ? await newest(records) : null,
        opened_at: wall.now(),
      }
    }),
  )
}

function isLater({ base }: LogEpoch): boolean {
  return base > 0
}

/** The record types whose windows are made from what a topic says. */
function windowsOf(topic: string): readonly RecordId[] {
  if (topic === topicNames.partial) return recordIds
  const record = recordOf(topic)
  return record ? [record] : []
}

/** Readings that were taken and counted, and were gone with their log before they were stored: into the dead letters. */
async function nameLost(
  { registry, wall, log, ...store }: OpenLogsOptions,
  producer: Producer,
  later: readonly LogEpoch[],
): Promise<void> {
  const writer = await avroWriter<DeadLetter>(registry, topicNames.rejected)
  for (const record of recordIds) {
    const topic = telemetryTopic(record)
    if (!later.some(epoch => epoch.topic === topic)) continue
    const { base, spans } = await lostReadings(store, record)
    for (const span of spans) {
      const letter = lostOf(topic, span, wall.now(), base)
      log.error(
        { topic, ...span },
        'readings were lost with their log: counted in final windows, and not stored',
      )
      const message = { key: null, value: writer.encode(letter) }
      await producer.send({ topic: topicNames.rejected, acks: -1, messages: [message] })
    }
  }
}

async function restoreAll(
  options: OpenLogsOptions,
  producer: Producer,
  later: readonly LogEpoch[],
): Promise<void> {
  for (const { topic } of later) {
    if (!restorableTopics.includes(topic)) continue
    const messages = await restoreTopic({ ...options, producer }, topic)
    options.log.warn({ topic, messages }, 'restored from ClickHouse')
  }
}

/** All windows of these logs: what was said of them, or what was to be computed again, may be gone with the log. */
async function giveToCorrect(
  { registry, windows }: OpenLogsOptions,
  producer: Producer,
  later: readonly LogEpoch[],
): Promise<void> {
  const { partial, late, regional } = topicNames
  const concernsAll = later.some(({ topic }) => topic === partial || topic === late || topic === regional)
  const concerned = recordIds.filter(
    record => concernsAll || later.some(({ topic }) => topic === telemetryTopic(record)),
  )
  if (concerned.length === 0) return
  const writer = await avroWriter<LateNotice>(registry, late)
  const messages = concerned.map(record => {
    const through = later.find(({ topic }) => topic === telemetryTopic(record))?.base ?? 0
    const notice = noticeOfEveryWindow(record, windows[record].sizeMs, {
      partition: 0,
      from: through,
      through,
    })
    return { key: `${record}||0`, value: writer.encode(notice), partition: 0 }
  })
  await producer.send({ topic: late, acks: -1, messages })
}

async function write(
  { registry }: OpenLogsOptions,
  producer: Producer,
  epochs: readonly LogEpoch[],
): Promise<void> {
  const writer = await avroWriter<LogEpoch>(registry, topicNames.epochs)
  await producer.send({
    topic: topicNames.epochs,
    acks: -1,
    messages: epochs.map(epoch => ({ key: epoch.topic, value: writer.encode(epoch), partition: 0 })),
  })
}

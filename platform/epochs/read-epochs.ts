import type { Kafka, KafkaMessage } from 'kafkajs'
import { topicNames } from '../../schemas/topics.ts'
import { AvroReader } from '../avro/avro-reader.ts'
import type { SchemaRegistry } from '../avro/schema-registry.ts'
import { CodedError } from '../errors.ts'
import { type LogIds, topicIds } from '../kafka/log-ids.ts'
import { TopicFollower } from '../kafka/topic-follower.ts'
import type { Log } from '../log.ts'
import type { LogEpoch, Logs, OpenLog } from './open-log.ts'

export interface EpochsOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly log: Log
}

/** What `log.epochs` says. */
export class KnownEpochs {
  private readonly byTopic = new Map<string, LogEpoch>()
  private readonly reader: AvroReader<LogEpoch>

  constructor(registry: SchemaRegistry) {
    this.reader = new AvroReader<LogEpoch>(registry, topicNames.epochs)
  }

  /** Two that open a log at the same time may choose different bases: the first one to be written holds. */
  async take(messages: readonly KafkaMessage[]): Promise<void> {
    await this.reader.prepare(messages)
    for (const { value } of messages) {
      if (value === null) continue
      const epoch = this.reader.decode(value)
      if (this.byTopic.get(epoch.topic)?.log !== epoch.log) this.byTopic.set(epoch.topic, epoch)
    }
  }

  /** The newest log of a topic that was opened. */
  get(topic: string): LogEpoch | undefined {
    return this.byTopic.get(topic)
  }
}

/** Reads `log.epochs` into `known`; once started, everything that was written so far is known. */
export function epochsFollower({ kafka, log }: EpochsOptions, known: KnownEpochs): TopicFollower {
  return new TopicFollower({
    kafka,
    topic: topicNames.epochs,
    follower: 'epochs',
    from: 'beginning',
    log,
    onMessages: messages => known.take(messages),
  })
}

/** Everything that was written to `log.epochs` so far. */
export async function readEpochs(options: EpochsOptions): Promise<KnownEpochs> {
  const known = new KnownEpochs(options.registry)
  const follower = epochsFollower(options, known)
  try {
    await follower.start()
    return known
  } finally {
    await follower.stop()
  }
}

/** The logs of some topics as they are opened now, for a command. @throws CodedError `log_not_open` */
export async function currentLogs(options: EpochsOptions, topics: readonly string[]): Promise<Logs> {
  const ids = await topicIds(options.kafka, topics)
  return requireOpen(openOf(topics, ids, await readEpochs(options)))
}

/** Which of some topics are the log that was opened last, and which are not. */
export interface OpenOf {
  readonly open: ReadonlyMap<string, OpenLog>
  readonly missing: readonly string[]
}

/** @param known the log that was opened last, by topic */
export function openOf(
  topics: readonly string[],
  ids: LogIds,
  known: { get(topic: string): Pick<LogEpoch, 'log' | 'base' | 'closed_until'> | undefined },
): OpenOf {
  const open = new Map<string, OpenLog>()
  for (const topic of topics) {
    const epoch = known.get(topic)
    if (epoch && epoch.log === logOf(ids, topic)) open.set(topic, openLog(epoch))
  }
  return { open, missing: topics.filter(topic => !open.has(topic)) }
}

/** @throws CodedError `log_not_open` where one is missing */
export function requireOpen({ open, missing }: OpenOf): Logs {
  if (missing.length === 0) return logsOf(open)
  throw new CodedError('log_not_open', `nobody has opened the logs of ${missing.join(', ')} yet`, {
    hint: 'archive does within seconds of its start: is it running?',
  })
}

export function logsOf(open: ReadonlyMap<string, OpenLog>): Logs {
  return {
    of(topic) {
      const log = open.get(topic)
      if (!log) throw new Error(`the log of ${topic} is not open`)
      return log
    },
  }
}

function openLog({
  log,
  base,
  closed_until: closedUntil,
}: Pick<LogEpoch, 'log' | 'base' | 'closed_until'>): OpenLog {
  return { log, base, closedUntil }
}

/** The identity of the log of a topic; undefined where there is no such topic. */
export function logOf({ clusterId, topics }: LogIds, topic: string): string | undefined {
  const id = topics.get(topic)
  return id === undefined ? undefined : `${clusterId}:${id}`
}

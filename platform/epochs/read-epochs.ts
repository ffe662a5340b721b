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

/** Everything that was written to `log.epochs` so far. */
export async function readEpochs({ kafka, registry, log }: EpochsOptions): Promise<KnownEpochs> {
  const known = new KnownEpochs(registry)
  const follower = new TopicFollower({
    kafka,
    topic: topicNames.epochs,
    follower: 'epochs',
    from: 'beginning',
    log,
    onMessages: messages => known.take(messages),
  })
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
  const known = await readEpochs(options)
  const open = new Map(
    topics.map(topic => {
      const epoch = known.get(topic)
      if (!epoch || epoch.log !== logOf(ids, topic)) throw notOpen(topic)
      return [topic, openLog(epoch)]
    }),
  )
  return logsOf(open)
}

function notOpen(topic: string): CodedError {
  return new CodedError('log_not_open', `nobody has opened the log of ${topic} yet`, {
    hint: 'archive does, when it starts: is it running?',
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

export function openLog({ log, base, closed_until: closedUntil }: LogEpoch): OpenLog {
  return { log, base, closedUntil }
}

/** The identity of the log of a topic; undefined where there is no such topic. */
export function logOf({ clusterId, topics }: LogIds, topic: string): string | undefined {
  const id = topics.get(topic)
  return id === undefined ? undefined : `${clusterId}:${id}`
}

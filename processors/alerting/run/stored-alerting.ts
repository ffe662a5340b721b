import type { Kafka } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import { messageOf } from '../../../platform/errors.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import type { Log } from '../../../platform/log.ts'
import type { Alert } from '../../../schemas/alerts/alert.ts'
import type { PublishedRule } from '../../../schemas/alerts/published-rule.ts'
import type { Silence } from '../../../schemas/alerts/silence.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'
import type { Series } from '../engine/series-table.ts'
import type { SeriesState } from '../judge/series-state.ts'
import type { Notification } from '../out/notification.ts'
import type { AlertRecords, AlertTopic, StoredSeries } from './alert-records.ts'

export interface StoredAlerting {
  readonly alerts: readonly Alert[]
  readonly series: readonly Series[]
  readonly silences: readonly Silence[]
  readonly notifications: readonly Notification[]
  readonly rules: readonly PublishedRule[]
}

export interface StoredOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly log: Log
  readonly metrics: AlertingMetrics
}

/** Everything that alerting has written and that holds, read from the beginning of its topics. */
export async function readStored(options: StoredOptions): Promise<StoredAlerting> {
  const { alerts, silences, alertState, notifications, alertRules } = topicNames
  const [storedAlerts, storedSilences, states, told, rules] = await Promise.all([
    readTopic(options, alerts, (next, held) => next.version > held.version),
    readTopic(options, silences, () => true),
    readTopic(options, alertState, (next, held) => next.through >= held.through),
    readTopic(options, notifications, (next, held) => next.state !== 'pending' || held.state === 'pending'),
    readTopic(options, alertRules, () => true),
  ])
  return {
    alerts: storedAlerts,
    silences: storedSilences,
    series: states.map(seriesOf),
    notifications: told,
    rules,
  }
}

/** The value of every key that holds. @param replaces whether one that stands later in the log holds instead of one before */
async function readTopic<T extends AlertTopic>(
  { kafka, registry, log, metrics }: StoredOptions,
  topic: T,
  replaces: (next: AlertRecords[T], held: AlertRecords[T]) => boolean,
): Promise<readonly AlertRecords[T][]> {
  const reader = new AvroReader<AlertRecords[T]>(registry, topic)
  const values = new Map<string, AlertRecords[T]>()
  const follower = new TopicFollower({
    kafka,
    topic,
    follower: 'alerting',
    from: 'beginning',
    log,
    onMessages: async messages => {
      await reader.prepare(messages)
      for (const { key, value, offset } of messages) {
        const id = key?.toString() ?? ''
        if (value === null) values.delete(id)
        else {
          try {
            const next = reader.decode(value)
            const held = values.get(id)
            if (held === undefined || replaces(next, held)) values.set(id, next)
          } catch (error) {
            metrics.failures.inc({ what: 'stored_undecodable' })
            log.error({ topic, offset, reason: messageOf(error) }, 'what alerting wrote cannot be read')
          }
        }
      }
    },
  })
  try {
    await follower.start()
    return [...values.values()]
  } finally {
    await follower.stop()
  }
}

function seriesOf({ rule, region, through, judged_by, series }: StoredSeries): Series {
  // Ours alone: nobody else writes this topic.
  const state: SeriesState = JSON.parse(series)
  return { rule, region, through, judgedBy: judged_by, state }
}

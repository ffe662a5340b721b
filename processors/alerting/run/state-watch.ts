import type { Kafka, KafkaMessage } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import type { Clock } from '../../../platform/clock.ts'
import { messageOf } from '../../../platform/errors.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { AlertingMetrics } from '../alerting-metrics.ts'
import type { StoredSeries } from './alert-records.ts'
import type { Owned } from './tenure.ts'

type Stamp = Pick<StoredSeries, 'rule' | 'region' | 'through'>

export interface StateWatchOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly owned: Pick<Owned, 'engine' | 'writer'>
  readonly wall: Clock
  readonly metrics: Pick<AlertingMetrics, 'failures'>
  readonly log: Log
}

/**
 * A process that slept while another took over may write what it knew over what is known now: compaction would keep that.
 * Whoever owns the state sees it and writes it again with the next commit. What this tenure wrote itself is passed over:
 * read with some delay it is older than what is known, and newer state follows it in the log.
 */
export function stateWatch({ kafka, registry, owned, wall, metrics, log }: StateWatchOptions): Resource {
  const { alertState: topic } = topicNames
  const { appends } = owned.writer
  const { series } = owned.engine
  const reader = new AvroReader<Stamp>(registry, topic, ['rule', 'region', 'through'])
  const isOlder = ({ rule, region, through }: Stamp) => through < (series.get(rule, region)?.through ?? 0)
  const stampOf = ({ value, offset }: KafkaMessage): readonly Stamp[] => {
    if (value === null) return []
    try {
      return [reader.decode(value)]
    } catch (error) {
      metrics.failures.inc({ what: 'state_undecodable' })
      log.error({ offset, reason: messageOf(error) }, 'a state of alerting cannot be read')
      return []
    }
  }
  return new TopicFollower({
    kafka,
    topic,
    follower: 'alerting-state',
    from: { sinceMs: wall.now() },
    log,
    onMessages: async messages => {
      const foreign = messages.filter(({ offset }) => !appends.include(topic, Number(offset)))
      await reader.prepare(foreign)
      const overwritten = foreign.flatMap(stampOf).filter(isOlder)
      for (const { rule, region } of overwritten) series.touch(rule, region)
      if (overwritten.length === 0) return
      metrics.failures.inc({ what: 'state_overwritten' }, overwritten.length)
      log.warn({ series: overwritten.length }, 'older state was written over newer; it is written again')
    },
  })
}

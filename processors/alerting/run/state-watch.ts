import type { Kafka } from 'kafkajs'
import { AvroReader } from '../../../platform/avro/avro-reader.ts'
import type { SchemaRegistry } from '../../../platform/avro/schema-registry.ts'
import type { Clock } from '../../../platform/clock.ts'
import { TopicFollower } from '../../../platform/kafka/topic-follower.ts'
import type { Resource } from '../../../platform/lifecycle.ts'
import type { Log } from '../../../platform/log.ts'
import { topicNames } from '../../../schemas/topics.ts'
import type { SeriesTable } from '../engine/series-table.ts'
import type { StoredSeries } from './alert-records.ts'

type Stamp = Pick<StoredSeries, 'rule' | 'region' | 'through'>

export interface StateWatchOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistry
  readonly series: SeriesTable
  readonly wall: Clock
  readonly log: Log
}

/**
 * A process that slept while another took over may write what it knew over what is known now: compaction would keep that.
 * Whoever owns the state sees it and writes it again with the next commit.
 */
export function stateWatch({ kafka, registry, series, wall, log }: StateWatchOptions): Resource {
  const reader = new AvroReader<Stamp>(registry, topicNames.alertState, ['rule', 'region', 'through'])
  return new TopicFollower({
    kafka,
    topic: topicNames.alertState,
    follower: 'alerting-state',
    from: { sinceMs: wall.now() },
    log,
    onMessages: async messages => {
      await reader.prepare(messages)
      for (const { value } of messages) {
        if (value === null) continue
        const { rule, region, through } = reader.decode(value)
        const known = series.get(rule, region)
        if (!known || through >= known.through) continue
        log.warn({ rule, region, through, known: known.through }, 'older state was written over newer')
        series.touch(rule, region)
      }
    },
  })
}

import { randomUUID } from 'node:crypto'
import type { Cluster, Consumer, ConsumerConfig, KafkaConfig, Producer, ProducerConfig } from 'kafkajs'
import type { Log } from '../log.ts'
import { membership } from '../ready/membership.ts'
import type { Readiness } from '../ready/readiness.ts'
import type { GroupTiming } from './group-membership.ts'
import { Kafka, PartitionAssigners } from './kafkajs.ts'
import { type ConsumerCluster, onLostOffsets } from './kafkajs-internals.ts'
import { fittingSends } from './message-size.ts'
import { javaPartitioner } from './partitioner.ts'
import { removePredecessor } from './predecessor.ts'
import { UnreadLog, type UnreadMetrics } from './unread-log.ts'
import { wholeSends } from './whole-sends.ts'

export interface ProcessKafkaOptions extends KafkaConfig {
  readonly clientId: string
  readonly timing: GroupTiming
  readonly log: Log
  /** Is to know whether the consumers are members of their groups. */
  readonly readiness?: Readiness
  /** What its consumers cannot read is counted here. */
  readonly unread?: UnreadMetrics | undefined
}

/** How soon clients learn of partitions that were added to a topic, ms; kafkajs' own default is five minutes. */
export const metadataMaxAgeMs = 30_000

const throwAway = 'citybrain-follow-'

/** The name of a group of one, for who reads a whole topic: nothing is committed, and nobody else is ever in it. */
export function throwAwayGroup(follower: string): string {
  return `${throwAway}${follower}-${randomUUID()}`
}

/** Whoever follows a topic says how far it is behind, and that is enough. */
function isThrowAway(groupId: string): boolean {
  return groupId.startsWith(throwAway)
}

/** kafkajs' client with what all consumers and producers of our processes have in common. */
export class ProcessKafka extends Kafka {
  private readonly options: ProcessKafkaOptions

  constructor(options: ProcessKafkaOptions) {
    super(options)
    this.options = options
  }

  /**
   * A consumer that takes the place of its killed predecessor instead of waiting for the end of that one's session, and
   * passes over what nobody can read, not in silence.
   */
  override consumer(config: ConsumerConfig): Consumer {
    const { timing, clientId, log, readiness, unread: metrics } = this.options
    const unread = new UnreadLog(config.groupId, log, metrics)
    let cluster: Cluster | undefined
    const consumer = super.consumer({
      ...timing,
      metadataMaxAge: metadataMaxAgeMs,
      partitionAssigners: [
        options => {
          // The only door to the cluster that kafkajs leaves open.
          cluster = options.cluster
          const told: Cluster & Pick<ConsumerCluster, typeof onLostOffsets> = options.cluster
          told[onLostOffsets] = lost => unread.lost(lost)
          return PartitionAssigners.roundRobin(options)
        },
      ],
      ...config,
    })
    if (!isThrowAway(config.groupId)) readiness?.require(`group ${config.groupId}`, membership(consumer))
    return {
      ...consumer,
      run: async options => {
        if (cluster) await removePredecessor(cluster, config.groupId, clientId, log)
        const { eachBatch } = options ?? {}
        if (!eachBatch) return consumer.run(options)
        await consumer.run({
          ...options,
          eachBatch: payload => {
            unread.fetched(payload.batch)
            return eachBatch(payload)
          },
        })
      },
    }
  }

  override producer(config?: ProducerConfig): Producer {
    const retry = { ...this.options.retry, ...config?.retry }
    const once = { ...retry, retries: 0 }
    const common = { metadataMaxAge: metadataMaxAgeMs, createPartitioner: javaPartitioner }
    return fittingSends(wholeSends(super.producer({ ...common, ...config, retry: once }), retry))
  }
}

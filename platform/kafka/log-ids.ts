import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, Kafka } from 'kafkajs'
import { CodedError } from '../errors.ts'
import { PartitionAssigners } from './kafkajs.ts'
import type { AnyBroker, PooledCluster } from './kafkajs-internals.ts'
import { isPassing } from './lasting-admin.ts'
import { throwAwayGroup } from './process-kafka.ts'
import {
  type AnsweredTopic,
  metadataApiKey,
  metadataVersions,
  type TopicIdAnswer,
  topicIdRequest,
} from './topic-id-request.ts'

/** Which logs the topics of a cluster are. Offsets of a topic mean something in the log of the same identity only. */
export interface LogIds {
  readonly clusterId: string
  /** By name, of the topics that exist: an id that changes when a topic is deleted and created again. */
  readonly topics: ReadonlyMap<string, string>
}

const pauseMs = 200

/** Of Kafka's error codes. */
const none = 0
const unknownTopic = 3
const leaderNotAvailable = 5
const notAuthorized = 29

/**
 * Asks for the identity of the logs of topics, over a connection of its own, which is closed again. Brokers that restart
 * are waited for. One broker answers, of what it has heard: for a moment after a topic was created or deleted, that may be
 * the state of before.
 * @param withinMs how long the question is asked again, ms of wall time
 * @throws CodedError `kafka_too_old` where the brokers know no topic ids, `topic_refused` where one may not be asked for
 */
export async function topicIds(kafka: Kafka, topics: readonly string[], withinMs = 60_000): Promise<LogIds> {
  const wanted = [...new Set(topics)]
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return logIdsOf(await withBroker(kafka, broker => ask(broker, wanted)))
    } catch (error) {
      if (error instanceof CodedError || !isPassing(error) || performance.now() >= deadline) throw error
      await sleep(pauseMs)
    }
  }
}

/** @throws CodedError `kafka_too_old` */
function ask(broker: AnyBroker, topics: readonly string[]): Promise<TopicIdAnswer> {
  return broker.connectionPool.send(topicIdRequest(topics, metadataVersion(broker.versions)))
}

/**
 * The newest version of the Metadata request that a broker and we know.
 * @param versions that the broker names, by API key
 * @throws CodedError `kafka_too_old`
 */
export function metadataVersion(versions: AnyBroker['versions']): number {
  const known = versions?.[metadataApiKey]
  const newest = Math.min(known?.maxVersion ?? 0, metadataVersions.max)
  if (newest >= metadataVersions.min && newest >= (known?.minVersion ?? 0)) return newest
  throw withoutIds(
    known === undefined
      ? 'the broker does not say which metadata it knows'
      : `the broker knows metadata in versions ${known.minVersion} to ${known.maxVersion}, ids come with ${metadataVersions.min} to ${metadataVersions.max}`,
  )
}

/** @throws CodedError `kafka_too_old`, `topic_refused` @throws Error of what passes */
export function logIdsOf({ clusterId, topics }: TopicIdAnswer): LogIds {
  if (clusterId === null) throw withoutIds('the cluster has no id')
  const ids = new Map<string, string>()
  for (const topic of topics) {
    const id = idOf(topic)
    if (id !== undefined) ids.set(topic.name, id)
  }
  return { clusterId, topics: ids }
}

/** Undefined where the topic does not exist. */
function idOf({ name, errorCode, id }: AnsweredTopic): string | undefined {
  switch (errorCode) {
    case none:
      if (id === null) throw withoutIds(`topic ${name} has no id`)
      return id
    case unknownTopic:
      return undefined
    case leaderNotAvailable:
      throw new Error(`topic ${name} is being created`)
    default:
      throw new CodedError('topic_refused', `Kafka refuses to describe topic ${name}: error ${errorCode}`, {
        ...(errorCode === notAuthorized ? { hint: `allow DESCRIBE of ${name} to this user` } : {}),
      })
  }
}

function withoutIds(reason: string): CodedError {
  return new CodedError('kafka_too_old', `Kafka does not tell the ids of topics: ${reason}`, {
    hint: 'Kafka 2.8 or newer is needed, with inter.broker.protocol.version of 2.8 or newer',
  })
}

/** kafkajs hands out a cluster, which has brokers, to the assigners of a consumer only; this consumer joins no group. */
async function withBroker<T>(kafka: Kafka, use: (broker: AnyBroker) => Promise<T>): Promise<T> {
  let cluster: Cluster | undefined
  const consumer = kafka.consumer({
    groupId: throwAwayGroup('topic-ids'),
    partitionAssigners: [
      options => {
        cluster = options.cluster
        return PartitionAssigners.roundRobin(options)
      },
    ],
  })
  try {
    await consumer.connect()
    return await use(await pooled(cluster).brokerPool.findConnectedBroker())
  } finally {
    // One that cannot part in peace is gone all the same.
    await consumer.disconnect().catch(() => undefined)
  }
}

/** kafkajs publishes only a part of what a cluster is. */
function pooled(cluster: Cluster | undefined): PooledCluster {
  if (!cluster || !('brokerPool' in cluster)) throw new Error('kafkajs without a pool of brokers')
  return cluster as Cluster & PooledCluster
}

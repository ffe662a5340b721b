import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { vi } from 'vitest'
import { Console } from '../../../deploy/local/console/console.ts'
import { kafkaCluster } from '../../../deploy/local/kafka/kafka-part.ts'
import { defaultCacheDir } from '../../../deploy/local/stores.ts'
import { quietKafka } from '../../../deploy/local/supervise/probes.ts'
import { Watchdog } from '../../../deploy/local/supervise/watchdog.ts'
import { PartitionAssigners } from '../../../platform/kafka/kafkajs.ts'
import { freePorts } from '../../chaos/system/free-ports.ts'
import { untilInSync } from '../../chaos/system/in-sync.ts'
import { Member } from '../../chaos/system/member.ts'

const host = '127.0.0.1'
const offsetsTopic = '__consumer_offsets'
const patience = { timeout: 60_000, interval: 50 }
const ids = [1, 2, 3]

/** Three brokers, of which each holds everything; each can be stopped by itself. */
export class BrokerCluster {
  /** What KAFKA_BROKERS has to say. */
  readonly brokers: string
  private readonly dataDir: string
  private readonly members: ReadonlyMap<number, Member>
  private readonly watchdog: Watchdog

  private constructor(dataDir: string, firstPort: number) {
    this.dataDir = dataDir
    const console = new Console({ screen: process.stderr, level: 'error' })
    this.watchdog = new Watchdog(reason => console.event('warn', 'cluster', 'no watchdog', { reason }))
    const nodes = ids.map((id, index) => ({
      id,
      port: firstPort + 2 * index,
      controllerPort: firstPort + 2 * index + 1,
    }))
    this.brokers = nodes.map(({ port }) => `${host}:${port}`).join(',')
    const env = { ...process.env, NODE_OPTIONS: '' }
    const parts = kafkaCluster({ host, dataDir, cacheDir: defaultCacheDir, logLevel: 'silent', env }, nodes)
    const { watchdog } = this
    this.members = new Map(
      parts.map((part, index) => [index + 1, new Member(part, { console, env, watchdog })]),
    )
  }

  static async started(): Promise<BrokerCluster> {
    const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-cluster-'))
    const cluster = new BrokerCluster(dataDir, await freePorts(2 * ids.length))
    try {
      await Promise.all(ids.map(id => cluster.broker(id).start()))
      await untilInSync(cluster.kafka())
    } catch (error) {
      await cluster.remove()
      throw error
    }
    return cluster
  }

  broker(id: number): Member {
    const member = this.members.get(id)
    if (!member) throw new Error(`no broker ${id}`)
    return member
  }

  /** Resolves when it has everything again. */
  async startAgain(id: number): Promise<void> {
    await this.broker(id).start()
    await untilInSync(this.kafka())
  }

  kafka(): Kafka {
    return quietKafka(this.brokers.split(','), { retries: 20 })
  }

  /** The broker that coordinates a group now. */
  async coordinatorOf(groupId: string): Promise<number> {
    const found = Promise.withResolvers<Parameters<typeof PartitionAssigners.roundRobin>[0]['cluster']>()
    const consumer = this.kafka().consumer({
      groupId,
      partitionAssigners: [
        options => {
          found.resolve(options.cluster)
          return PartitionAssigners.roundRobin(options)
        },
      ],
    })
    await consumer.connect()
    try {
      const cluster = await found.promise
      await cluster.refreshMetadata()
      const { coordinator } = await cluster.findGroupCoordinatorMetadata({ groupId })
      return coordinator.nodeId
    } finally {
      await consumer.disconnect()
    }
  }

  /** Makes other brokers coordinate the groups of one that goes on living. */
  async moveGroupsFrom(id: number): Promise<void> {
    const admin = this.kafka().admin()
    await admin.connect()
    const partitionsLedBy = async (leader: number) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [offsetsTopic] })
      return (topics[0]?.partitions ?? []).filter(partition => partition.leader === leader)
    }
    const assign = async (partitions: readonly number[], replicas: readonly number[]) => {
      const partitionAssignment = partitions.map(partition => ({ partition, replicas: [...replicas] }))
      await admin.alterPartitionReassignments({ topics: [{ topic: offsetsTopic, partitionAssignment }] })
    }
    try {
      const moving = (await partitionsLedBy(id)).map(({ partitionId }) => partitionId)
      const others = ids.filter(other => other !== id)
      await assign(moving, others)
      await vi.waitFor(async () => {
        if ((await partitionsLedBy(id)).length > 0) throw new Error(`broker ${id} still leads`)
      }, patience)
      await assign(moving, [...others, id])
      await untilInSync(this.kafka())
    } finally {
      await admin.disconnect()
    }
  }

  /** Ends all brokers at once and removes their data. */
  async remove(): Promise<void> {
    await Promise.all(ids.map(id => this.broker(id).destroy()))
    this.watchdog.close()
    await rm(this.dataDir, { recursive: true, force: true })
  }
}

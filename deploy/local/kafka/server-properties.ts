/** One broker and controller of the cluster. */
export interface KafkaNode {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
}

/** What a local broker needs to know; the rest is decided here. */
export interface KafkaOptions {
  readonly host: string
  /** This broker. */
  readonly node: KafkaNode
  /** Every broker of the cluster, this one included. */
  readonly nodes: readonly KafkaNode[]
  /** Where the log segments live. */
  readonly logDir: string
}

const hour = 3_600_000
const mebibyte = 1024 * 1024

/**
 * `server.properties` of a KRaft broker that shares a desktop with everything else: few threads, small buffers.
 * Three brokers or more keep three replicas of everything and write while one of them is away; below that there is no
 * replication. Names and units: Apache Kafka 4.1 broker configuration.
 */
export function serverProperties({ host, node, nodes, logDir }: KafkaOptions): string {
  const { port, controllerPort } = node
  const replicated = nodes.length >= 3
  const replicas = replicated ? 3 : 1
  const minInSync = replicated ? 2 : 1
  const properties: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    // A static voter list lives here and not in the metadata log, so the ports may differ from start to start.
    'controller.quorum.voters': nodes.map(voter => `${voter.id}@${host}:${voter.controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,

    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    'share.coordinator.state.topic.num.partitions': 1,

    'log.retention.ms': 48 * hour,
    'offsets.retention.minutes': 7 * 24 * 60,
    'message.max.bytes': 8 * mebibyte,
    'replica.fetch.max.bytes': 8 * mebibyte,
    // Groups of one member need not wait for others to join.
    'group.initial.rebalance.delay.ms': 0,

    'num.network.threads': 2,
    'num.io.threads': 2,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 2,
    'num.replica.fetchers': 1,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 8 * mebibyte,
    'log.cleaner.io.buffer.size': mebibyte / 2,
    'log.cleaner.backoff.ms': 60_000,
    'log.segment.bytes': 64 * mebibyte,
    'log.index.size.max.bytes': mebibyte,
    'socket.send.buffer.bytes': mebibyte,
    'socket.receive.buffer.bytes': mebibyte,
    // A lone controller writes a no-op record every half second by default, which only warms the processor.
    'metadata.max.idle.interval.ms': 5_000,
    'metadata.log.max.record.bytes.between.snapshots': mebibyte,
    'metadata.log.segment.bytes': 8 * mebibyte,
    'broker.heartbeat.interval.ms': 2_000,
    // After a crash the controller waits this long before it believes that the broker is a new one.
    'broker.session.timeout.ms': 6_000,
    'controlled.shutdown.enable': true,
  }
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`
}

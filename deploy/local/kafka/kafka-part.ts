import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLevel } from '../../../platform/log.ts'
import type { Command, PartSpec, Progress } from '../supervise/part-spec.ts'
import { kafkaAnswers, kafkaNotReady } from '../supervise/probes.ts'
import { brokerJars } from './broker-jars.ts'
import { clusterId, formatStorage } from './format-storage.ts'
import { requireJava } from './java.ts'
import { type KafkaNode, serverProperties } from './server-properties.ts'

export interface KafkaPartOptions {
  readonly host: string
  /** The data directory of this installation; a broker uses the folder of its part's name in it. */
  readonly dataDir: string
  readonly cacheDir: string
  readonly logLevel: LogLevel
  readonly env: NodeJS.ProcessEnv
}

const logConfig = join(import.meta.dirname, 'log4j2.xml')

/**
 * A JVM that shares two cores with everything else. Idle it burns 1.5 % of a core whatever the collector; the serial one
 * runs no threads of its own and is the cheaper under load on a heap this small. Compiling with C1 alone saves a third
 * of the processor time of a start.
 */
const jvmFlags = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Xshare:auto',
  '-Djava.awt.headless=true',
]

/** One broker among the brokers of its cluster. */
interface Broker extends KafkaPartOptions {
  readonly name: string
  readonly node: KafkaNode
  readonly nodes: readonly KafkaNode[]
  readonly clusterId: string
  readonly heap: readonly string[]
}

/** Apache Kafka, broker and controller in one JVM, as a part of the local system. */
export function kafkaPart(options: KafkaPartOptions & Omit<KafkaNode, 'id'>): PartSpec {
  const node = { id: 1, port: options.port, controllerPort: options.controllerPort }
  const heap = ['-Xms256m', '-Xmx448m']
  return brokerPart({ ...options, name: 'kafka', node, nodes: [node], clusterId: clusterId(), heap })
}

/**
 * A cluster of brokers as parts `kafka-1`, `kafka-2`, ... that start together: none is ready before most of them run.
 * @param id kept by the caller where brokers of the same cluster are formatted in more than one start
 */
export function kafkaCluster(
  options: KafkaPartOptions,
  nodes: readonly KafkaNode[],
  id = clusterId(),
): readonly PartSpec[] {
  const heap = ['-Xms128m', '-Xmx256m']
  return nodes.map(node =>
    brokerPart({ ...options, name: `kafka-${node.id}`, node, nodes, clusterId: id, heap }),
  )
}

function brokerPart(broker: Broker): PartSpec {
  return {
    name: broker.name,
    preflight: async (progress, signal) => {
      await requireJava(broker.env)
      await brokerJars({ ...broker, progress, signal })
    },
    prepare: progress => prepareBroker(broker, progress),
    notReady: () => kafkaNotReady([`${broker.host}:${broker.node.port}`]),
    answers: signal => kafkaAnswers([`${broker.host}:${broker.node.port}`], signal),
    stopGraceMs: 30_000,
  }
}

async function prepareBroker(broker: Broker, progress: Progress): Promise<Command> {
  const java = await requireJava(broker.env)
  const jars = await brokerJars({ ...broker, progress })
  const home = join(broker.dataDir, broker.name)
  const logDir = join(home, 'log')
  await mkdir(home, { recursive: true })
  const jvm = [
    ...broker.heap,
    ...jvmFlags,
    `-Dlog4j2.configurationFile=${logConfig}`,
    `-Dcitybrain.log.level=${brokerLogLevel(broker.logLevel)}`,
    '-cp',
    join(jars, '*'),
  ]
  const properties = (dir: string) => serverProperties({ ...broker, logDir: dir })
  await formatStorage(logDir, [java, ...jvm], properties, broker.clusterId)
  const config = join(home, 'server.properties')
  await writeFile(config, properties(logDir))
  return { command: java, args: [...jvm, 'kafka.Kafka', config], env: {} }
}

/** The broker's `info` is a page a minute: it is shown only to those who ask for `debug`. */
export function brokerLogLevel(level: LogLevel): string {
  switch (level) {
    case 'silent':
      return 'off'
    case 'fatal':
    case 'error':
      return level
    case 'warn':
    case 'info':
      return 'warn'
    case 'debug':
      return 'info'
    case 'trace':
      return 'debug'
  }
}

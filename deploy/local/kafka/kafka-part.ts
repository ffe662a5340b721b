import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLevel } from '../../../platform/log.ts'
import type { Command, PartSpec, Progress } from '../supervise/part-spec.ts'
import { kafkaNotReady } from '../supervise/probes.ts'
import { brokerJars } from './broker-jars.ts'
import { formatStorage } from './format-storage.ts'
import { requireJava } from './java.ts'
import { serverProperties } from './server-properties.ts'

export interface KafkaPartOptions {
  readonly host: string
  readonly port: number
  readonly controllerPort: number
  /** The data directory of this installation; the broker uses `kafka/` in it. */
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
  '-Xms256m',
  '-Xmx448m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Xshare:auto',
  '-Djava.awt.headless=true',
]

/** Apache Kafka, broker and controller in one JVM, as a part of the local system. */
export function kafkaPart(options: KafkaPartOptions): PartSpec {
  const { host, port } = options
  return {
    name: 'kafka',
    preflight: async (progress, signal) => {
      await requireJava(options.env)
      await brokerJars({ ...options, progress, signal })
    },
    prepare: progress => prepareKafka(options, progress),
    notReady: () => kafkaNotReady([`${host}:${port}`]),
    readyTimeoutMs: 120_000,
    stopGraceMs: 30_000,
  }
}

async function prepareKafka(options: KafkaPartOptions, progress: Progress): Promise<Command> {
  const java = await requireJava(options.env)
  const jars = await brokerJars({ ...options, progress })
  const home = join(options.dataDir, 'kafka')
  const logDir = join(home, 'log')
  await mkdir(home, { recursive: true })
  const jvm = [
    ...jvmFlags,
    `-Dlog4j2.configurationFile=${logConfig}`,
    `-Dcitybrain.log.level=${brokerLogLevel(options.logLevel)}`,
    '-cp',
    join(jars, '*'),
  ]
  const properties = (dir: string) => serverProperties({ ...options, logDir: dir })
  await formatStorage(logDir, [java, ...jvm], properties)
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

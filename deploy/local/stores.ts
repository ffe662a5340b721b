import { join } from 'node:path'
import { readConfig } from '../../platform/config.ts'
import type { LogLevel } from '../../platform/log.ts'
import { kafkaPart } from './kafka/kafka-part.ts'
import type { PortName, Ports } from './setup/ports.ts'
import type { PartSpec } from './supervise/part-spec.ts'
import { heapSettings, scriptPart } from './supervise/script-part.ts'

export interface StoreOptions {
  readonly host: string
  readonly ports: Ports
  readonly dataDir: string
  readonly cacheDir: string
  readonly logLevel: LogLevel
  /** Of the ClickHouse that is started here. */
  readonly clickhousePassword: string
  readonly env: NodeJS.ProcessEnv
}

/** Something every process connects to: started here unless the environment names one. */
export interface Store {
  readonly name: string
  /** The variable that names one to use instead, and tells every process where it is. */
  readonly variable: 'KAFKA_BROKERS' | 'CLICKHOUSE_URL' | 'SCHEMA_REGISTRY_URL'
  /** The variable's value when it is started here. */
  readonly address: string
  /** What a process is told besides when it is started here. */
  readonly secrets: Readonly<Record<string, string>>
  readonly ports: readonly PortName[]
  readonly part: PartSpec
}

/** Folder of everything that is fetched once per checkout. */
export const defaultCacheDir = join(import.meta.dirname, '../../.cache')

export function stores(options: StoreOptions): readonly Store[] {
  const { host, ports, dataDir, logLevel, clickhousePassword, env } = options
  const { heapMib } = readConfig(heapSettings, env)
  const login = { CLICKHOUSE_PASSWORD: clickhousePassword }
  const common = { ADMIN_HOST: host, LOG_LEVEL: logLevel }
  return [
    {
      name: 'kafka',
      variable: 'KAFKA_BROKERS',
      address: `${host}:${ports.kafka}`,
      secrets: {},
      ports: ['kafka', 'kafkaController'],
      part: kafkaPart({ ...options, port: ports.kafka, controllerPort: ports.kafkaController }),
    },
    {
      name: 'clickhouse',
      variable: 'CLICKHOUSE_URL',
      address: `http://${host}:${ports.clickhouse}`,
      secrets: login,
      ports: ['clickhouse', 'clickhouseAdmin'],
      part: scriptPart({
        name: 'clickhouse',
        script: 'deploy/local/clickhouse/main.ts',
        adminHost: host,
        adminPort: ports.clickhouseAdmin,
        heapMib,
        env: {
          ...common,
          ...login,
          CLICKHOUSE_HOST: host,
          CLICKHOUSE_PORT: String(ports.clickhouse),
          CLICKHOUSE_DATA_DIR: join(dataDir, 'clickhouse'),
        },
        stopGraceMs: 60_000,
      }),
    },
    {
      name: 'registry',
      variable: 'SCHEMA_REGISTRY_URL',
      address: `http://${host}:${ports.registry}`,
      secrets: {},
      ports: ['registry', 'registryAdmin'],
      part: scriptPart({
        name: 'registry',
        script: 'deploy/local/registry/main.ts',
        adminHost: host,
        adminPort: ports.registryAdmin,
        heapMib,
        env: {
          ...common,
          REGISTRY_HOST: host,
          REGISTRY_PORT: String(ports.registry),
          REGISTRY_DATA_DIR: join(dataDir, 'registry'),
        },
      }),
    },
  ]
}

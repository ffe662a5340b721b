import { join } from 'node:path'
import { kafkaCluster } from '../../../deploy/local/kafka/kafka-part.ts'
import { mergeWindows } from '../../../deploy/local/setup/local-windows.ts'
import { portsAt } from '../../../deploy/local/setup/ports.ts'
import { defaultCacheDir, stores } from '../../../deploy/local/stores.ts'
import type { PartSpec } from '../../../deploy/local/supervise/part-spec.ts'
import { heapSettings, scriptPart } from '../../../deploy/local/supervise/script-part.ts'
import { readConfig } from '../../../platform/config.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { clickhousePassword } from '../../clickhouse-password.ts'
import { brokerCount, instancesOfEach, type ProcessKind, processKinds } from './cast.ts'
import { rulesFile } from './chaos-rule.ts'

export const host = '127.0.0.1'

/** Short, so that a run of minutes sees hundreds of windows close and readings come after that. */
export const windowMs = 5_000
const latenessMs = 2_000
const timing = {
  WINDOWS: mergeWindows(...recordIds.map(record => `${record}=${windowMs}ms/${latenessMs}ms`)),
  OUT_OF_ORDERNESS_MS: '500',
  IDLE_TIMEOUT_MS: '4000',
  EMIT_EVERY_MS: '1000',
  CENSUS_WINDOW: '15000',
  // Two hours: however late it is, what is corrected changes alerts.
  ALERT_KEEP_WINDOWS: '1440',
  ALERT_STATE_EVERY_MS: '2000',
}

/** Every process of the system, and where it is. */
export interface Specs {
  readonly stores: readonly PartSpec[]
  readonly instances: readonly PartSpec[]
  readonly reserves: readonly PartSpec[]
  readonly kafkaBrokers: readonly string[]
  readonly clickhouseUrl: string
  readonly registryUrl: string
  /** Base URLs of the instances of ingest. */
  readonly doors: readonly string[]
  /** What every process is told. */
  readonly env: Readonly<Record<string, string>>
}

/** Ports that the specs take, in a row. */
export const portCount = brokerCount * 2 + 4 + processKinds.length * (instancesOfEach + 1) * 2

export function specsOf(dataDir: string, firstPort: number, env: NodeJS.ProcessEnv): Specs {
  let next = firstPort
  const port = () => next++
  const common = {
    host,
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'info',
    clickhousePassword,
    env,
  } as const

  const nodes = Array.from({ length: brokerCount }, (_, i) => ({
    id: i + 1,
    port: port(),
    controllerPort: port(),
  }))
  const brokers = kafkaCluster(common, nodes)
  const ports = {
    ...portsAt(0),
    clickhouse: port(),
    clickhouseAdmin: port(),
    registry: port(),
    registryAdmin: port(),
  }
  const others = stores({ ...common, ports }).filter(store => store.variable !== 'KAFKA_BROKERS')
  const kafkaBrokers = nodes.map(node => `${host}:${node.port}`)
  const told = {
    ...timing,
    ALERT_RULES: join(dataDir, rulesFile),
    ADMIN_HOST: host,
    INGEST_HOST: host,
    LOG_LEVEL: 'info',
    RATE_LIMIT_PER_MINUTE: '0',
    KAFKA_BROKERS: kafkaBrokers.join(','),
    ...Object.fromEntries(others.map(store => [store.variable, store.address])),
    ...Object.assign({}, ...others.map(store => store.secrets)),
  }
  const doors: string[] = []
  const instance = (kind: ProcessKind, number: number): PartSpec => {
    const { portVariable } = kind
    const served = portVariable ? { [portVariable]: String(port()) } : {}
    if (kind.name === 'ingest' && portVariable && number <= instancesOfEach)
      doors.push(`http://${host}:${served[portVariable]}`)
    const name = `${kind.name}-${number}`
    return scriptPart({
      name,
      script: kind.script,
      args: kind.args ?? [],
      adminHost: host,
      adminPort: port(),
      ...readConfig(heapSettings, process.env),
      env: { ...told, ...served, INSTANCE_ID: name },
    })
  }
  const numbers = Array.from({ length: instancesOfEach }, (_, i) => i + 1)
  return {
    stores: [...brokers, ...others.map(store => store.part)],
    instances: processKinds.flatMap(kind => numbers.map(number => instance(kind, number))),
    reserves: processKinds.map(kind => instance(kind, instancesOfEach + 1)),
    kafkaBrokers,
    clickhouseUrl: `http://${host}:${ports.clickhouse}`,
    registryUrl: `http://${host}:${ports.registry}`,
    doors,
    env: told,
  }
}

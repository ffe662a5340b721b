import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { openFirstLogs } from './open-first-logs.ts'
import { startStores } from './started-stores.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port`, what KAFKA_BROKERS takes. */
    kafkaBrokers: string
    clickhouseUrl: string
    registryUrl: string
  }
}

/**
 * Kafka, ClickHouse and the registry, started once for all integration tests. Tests read the addresses with
 * `inject('kafkaBrokers')` and so on.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { addresses, stop } = await startStores()
  await openFirstLogs(addresses.KAFKA_BROKERS ?? '', addresses.SCHEMA_REGISTRY_URL ?? '')
  project.provide('kafkaBrokers', addresses.KAFKA_BROKERS ?? '')
  project.provide('clickhouseUrl', addresses.CLICKHOUSE_URL ?? '')
  project.provide('registryUrl', addresses.SCHEMA_REGISTRY_URL ?? '')
  return stop
}

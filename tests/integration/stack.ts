import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { Console } from '../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../deploy/local/setup/ports.ts'
import { defaultCacheDir, type Store, stores } from '../../deploy/local/stores.ts'
import { Supervisor } from '../../deploy/local/supervise/supervisor.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port`, what KAFKA_BROKERS takes. */
    kafkaBrokers: string
    clickhouseUrl: string
    registryUrl: string
  }
}

const provided = {
  KAFKA_BROKERS: 'kafkaBrokers',
  CLICKHOUSE_URL: 'clickhouseUrl',
  SCHEMA_REGISTRY_URL: 'registryUrl',
} as const satisfies Record<Store['variable'], string>

/**
 * Starts Kafka, ClickHouse and the registry once for all integration tests, through the launcher's own code:
 * in a data directory of their own, on free ports. Tests read the addresses with `inject('kafkaBrokers')` and so on.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-tests-'))
  const env = { ...process.env, NODE_OPTIONS: '' }
  const screen = new Console({ screen: process.stderr, level: 'warn' })
  const parts = stores({
    host: '127.0.0.1',
    ports: portsAt(await freePortOffset('127.0.0.1')),
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'warn',
    env,
  })
  const supervisor = new Supervisor({ console: screen, env })
  const teardown = async () => {
    await supervisor.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await supervisor.start([parts.map(store => store.part)])
  } catch (error) {
    await teardown()
    throw error
  }
  for (const store of parts) project.provide(provided[store.variable], store.address)
  return teardown
}

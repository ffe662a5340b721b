import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Console } from '../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../deploy/local/setup/ports.ts'
import { defaultCacheDir, type Store, stores } from '../../deploy/local/stores.ts'
import { Supervisor } from '../../deploy/local/supervise/supervisor.ts'

export interface StartedStores {
  /** What KAFKA_BROKERS and so on have to say to use them; for those that were started. */
  readonly addresses: Readonly<Partial<Record<Store['variable'], string>>>
  /** Stops them and removes their data. */
  stop(): Promise<void>
}

/**
 * Starts Kafka, ClickHouse and the registry through the launcher's own code, in a data directory of their own and on
 * free ports.
 * @param names which of them; all by default
 */
export async function startStores(names?: readonly Store['name'][]): Promise<StartedStores> {
  const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-stores-'))
  const env = { ...process.env, NODE_OPTIONS: '' }
  const all = stores({
    host: '127.0.0.1',
    ports: portsAt(await freePortOffset('127.0.0.1')),
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'warn',
    env,
  })
  const chosen = names === undefined ? all : all.filter(({ name }) => names.includes(name))
  const supervisor = new Supervisor({ console: new Console({ screen: process.stderr, level: 'warn' }), env })
  const stop = async () => {
    await supervisor.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await supervisor.start([chosen.map(store => store.part)])
  } catch (error) {
    await stop()
    throw error
  }
  return { addresses: Object.fromEntries(chosen.map(({ variable, address }) => [variable, address])), stop }
}

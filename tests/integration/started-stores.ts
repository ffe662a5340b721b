import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Console } from '../../deploy/local/console/console.ts'
import { freePortOffset, portsAt } from '../../deploy/local/setup/ports.ts'
import { defaultCacheDir, type Store, stores } from '../../deploy/local/stores.ts'
import { Supervisor } from '../../deploy/local/supervise/supervisor.ts'
import { clickhousePassword } from '../clickhouse-password.ts'
import { randomInSlot } from '../port-slot.ts'

type Addresses = Readonly<Partial<Record<Store['variable'] | 'CLICKHOUSE_PASSWORD', string>>>

/** Stores that come and go as a test wants it. */
export interface OwnStores {
  /** What KAFKA_BROKERS and so on have to say to use them, whether they run or not; for those that were asked for. */
  readonly addresses: Addresses
  /** Resolves when they are ready: for the first time, or after `stop` with the data of before. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Removes the data of one; none of them runs. */
  lose(name: Store['name']): Promise<void>
  /** Stops them and removes their data. */
  remove(): Promise<void>
}

export interface StartedStores {
  /** What KAFKA_BROKERS and so on have to say to use them; for those that were started. */
  readonly addresses: Addresses
  /** Stops them and removes their data. */
  stop(): Promise<void>
}

/**
 * Kafka, ClickHouse and the registry as the launcher's own code starts them, in a data directory of their own and on free
 * ports; nothing runs yet.
 * @param names which of them; all by default
 */
export async function ownStores(names?: readonly Store['name'][]): Promise<OwnStores> {
  const dataDir = await mkdtemp(join(tmpdir(), 'citybrain-stores-'))
  const env = { ...process.env, NODE_OPTIONS: '' }
  const all = stores({
    host: '127.0.0.1',
    ports: portsAt(await freePortOffset('127.0.0.1', randomInSlot)),
    dataDir,
    cacheDir: defaultCacheDir,
    logLevel: 'warn',
    clickhousePassword,
    env,
  })
  const chosen = names === undefined ? all : all.filter(({ name }) => names.includes(name))
  let supervisor: Supervisor | undefined
  const stop = async () => {
    await supervisor?.stop()
    supervisor = undefined
  }
  return {
    addresses: Object.assign(
      {},
      ...chosen.map(({ variable, address, secrets }) => ({ [variable]: address, ...secrets })),
    ),
    start() {
      supervisor = new Supervisor({ console: new Console({ screen: process.stderr, level: 'warn' }), env })
      return supervisor.start([chosen.map(store => store.part)])
    },
    stop,
    lose: name => rm(join(dataDir, name), { recursive: true }),
    async remove() {
      await stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The same, started. */
export async function startStores(names?: readonly Store['name'][]): Promise<StartedStores> {
  const { addresses, start, remove } = await ownStores(names)
  try {
    await start()
  } catch (error) {
    await remove()
    throw error
  }
  return { addresses, stop: remove }
}

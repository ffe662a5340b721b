import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { clickhouseClient, clickhouseSettings } from '../../platform/clickhouse/clickhouse-client.ts'
import { storedWindowSizes } from '../../platform/clickhouse/stored-window-sizes.ts'
import { readConfig } from '../../platform/config.ts'
import { diskSettings } from '../../platform/disk-space.ts'
import { ensureTopics } from '../../platform/kafka/ensure-topics.ts'
import type { LogLevel } from '../../platform/log.ts'
import { urlHostOf } from '../../platform/url-host.ts'
import { withoutSecrets } from '../../platform/url-secrets.ts'
import { requireSameSizes, type WindowSizes } from '../../platform/window-sizes.ts'
import type { Console } from './console/console.ts'
import { type ProcessRow, portsOf, processPart } from './parts.ts'
import { announceClickHouse, type ClickHouseLogin, clickhouseLogin } from './setup/clickhouse-login.ts'
import { requireGivenStore } from './setup/given-store.ts'
import { Instance } from './setup/instance.ts'
import { isOpen, type ListenHosts, listenHosts } from './setup/listen-host.ts'
import { ClockFile, readClockState, resumeClock } from './setup/local-clock.ts'
import { mergeWindows, windowSizes } from './setup/local-windows.ts'
import { type Ports, portsAt, requireFree } from './setup/ports.ts'
import { processEnvironment } from './setup/process-environment.ts'
import type { StartOptions } from './setup/start-options.ts'
import type { StateFileOptions } from './setup/state-file.ts'
import { buildWallboard } from './setup/wallboard-build.ts'
import { readWindowsFile, writeWindowsFile } from './setup/windows-file.ts'
import { defaultCacheDir, type Store, stores } from './stores.ts'
import { DiskWatch } from './supervise/disk-watch.ts'
import { quietKafka } from './supervise/probes.ts'
import { heapSettings } from './supervise/script-part.ts'
import { Supervisor } from './supervise/supervisor.ts'

export interface LocalSystemOptions {
  readonly options: StartOptions
  /** Absolute. */
  readonly dataDir: string
  readonly processStages: readonly (readonly ProcessRow[])[]
  readonly wallboard: boolean
  readonly logLevel: LogLevel
  readonly env: NodeJS.ProcessEnv
  readonly console: Console
}

/** Everything listens here and nowhere else, but for the api and ingest where API_HOST and INGEST_HOST say so. */
const host = '127.0.0.1'
/** How long the processes of a launcher that was killed may take to stop. */
const leftoverGraceMs = 40_000

/** The whole pipeline on this machine. */
export class LocalSystem {
  readonly ports: Ports
  private readonly given: LocalSystemOptions
  private readonly hosts: ListenHosts
  private readonly supervisor: Supervisor
  private readonly disk: DiskWatch
  private readonly aborted = new AbortController()
  private instance: Instance | undefined
  private clockFile: ClockFile | undefined
  /** Of the ClickHouse that is started here, once it is known. */
  private login: ClickHouseLogin | undefined
  private withdraw: (() => void) | undefined
  private closeWindowsFile: (() => void) | undefined

  constructor(given: LocalSystemOptions) {
    this.given = given
    this.hosts = listenHosts(given.env, host)
    this.ports = portsAt(given.options.portOffset)
    const { console, env, dataDir } = given
    this.disk = new DiskWatch({ folder: dataDir, limits: readConfig(diskSettings, env), console })
    this.supervisor = new Supervisor({
      console,
      env,
      patience: given.options.patience,
      untilRoom: (part, signal) => this.disk.untilRoom(part, signal),
      onProcesses: processes => this.instance?.note(processes),
    })
  }

  /**
   * Resolves when every part is ready, or when `stop` was called in between.
   * @throws CodedError that says what is in the way; what was started is for `stop` to stop
   */
  async start(): Promise<void> {
    const { dataDir, options, env, console, processStages } = this.given
    await mkdir(dataDir, { recursive: true })
    await this.disk.start()
    const tell: StateFileOptions['tell'] = (level, line, reason) =>
      console.event(level, 'start', line, { reason })
    const instance = Instance.claim(dataDir, tell)
    this.instance = instance
    await instance.endLeftovers(leftoverGraceMs, (part, pid) =>
      console.event('warn', part, 'ending the process that an earlier start left behind', { pid }),
    )
    instance.note({})

    const { clickhouse: port } = this.ports
    if (!env.CLICKHOUSE_URL) this.login = clickhouseLogin(dataDir, `http://${host}:${port}`, env)
    const clickhousePassword = this.login?.password ?? ''
    const all = stores({
      ...this.given,
      host,
      ports: this.ports,
      cacheDir: defaultCacheDir,
      clickhousePassword,
    })
    const own = all.filter(store => !env[store.variable])
    const sizes = windowSizes(mergeWindows(env.WINDOWS ?? '', options.windows))
    const windowsPath = join(dataDir, 'windows.json')
    const keepsData = own.some(({ variable }) => variable !== 'SCHEMA_REGISTRY_URL')
    const kept = keepsData ? readWindowsFile(windowsPath) : null
    requireSameSizes(kept ?? {}, sizes, '--windows')
    await this.preflight(all, own)
    if (this.stopping) return

    if (this.login) this.withdraw = announceClickHouse(dataDir, port, this.login)
    const path = join(dataDir, 'clock.json')
    const clock = resumeClock(readClockState(path), options.speed, Date.now())
    this.clockFile = new ClockFile({ path, tell }, clock)
    this.clockFile.start()

    const environment = processEnvironment({ ...this.given, host, ports: this.ports, clock, stores: all })
    const { heapMib } = readConfig(heapSettings, env)
    const specs = processStages.map(rows =>
      rows.map(row => processPart(row, host, this.ports, heapMib, environment)),
    )
    await Promise.all([this.supervisor.start([own.map(store => store.part)]), this.wallboard()])
    if (this.stopping) return
    // Data of an earlier version, or of stores that were given.
    if (!kept) await this.requireStoredSizes(sizes, environment)
    if (keepsData) this.closeWindowsFile = writeWindowsFile({ path: windowsPath, tell }, sizes)
    if (own.some(store => store.variable === 'KAFKA_BROKERS')) await this.createTopics()
    await this.supervisor.start(specs)
  }

  get stopping(): boolean {
    return this.aborted.signal.aborted
  }

  /** Stops everything in reverse order; may be called at any time and again. */
  async stop(): Promise<void> {
    this.aborted.abort()
    await this.supervisor.stop()
    this.clockFile?.stop()
    this.closeWindowsFile?.()
    this.withdraw?.()
    this.instance?.release()
    this.instance = undefined
    this.disk.stop()
  }

  /** Ends every process at once. */
  kill(): void {
    this.aborted.abort()
    this.supervisor.kill()
  }

  /** Where people and programs find it; of what the environment named, passwords are not shown. */
  urls(): Readonly<Record<string, string>> {
    const { env } = this.given
    const { api, ingest, kafka, registry } = this.ports
    return {
      wall: `http://${urlHostOf(this.hosts.api)}:${api}/`,
      'API docs': `http://${urlHostOf(this.hosts.api)}:${api}/docs`,
      ingest: `http://${urlHostOf(this.hosts.ingest)}:${ingest}/`,
      ClickHouse: this.login?.url ?? withoutSecrets(env.CLICKHOUSE_URL ?? ''),
      Kafka: env.KAFKA_BROKERS || `${host}:${kafka}`,
      registry: withoutSecrets(env.SCHEMA_REGISTRY_URL ?? '') || `http://${host}:${registry}/`,
    }
  }

  private async preflight(all: readonly Store[], own: readonly Store[]): Promise<void> {
    const { env, console, processStages } = this.given
    const needed = [...own.flatMap(store => store.ports), ...portsOf(processStages.flat())]
    await requireFree(host, this.ports, needed, this.hosts)
    this.tellWhoMayCome()
    for (const store of all) {
      if (own.includes(store)) continue
      await requireGivenStore(store, env)
      console.event('info', store.name, `using ${store.variable}`, { address: env[store.variable] })
    }
    for (const { part } of own) {
      await part.preflight?.(line => console.event('info', part.name, line), this.aborted.signal)
    }
  }

  private async requireStoredSizes(
    sizes: WindowSizes,
    environment: Readonly<Record<string, string>>,
  ): Promise<void> {
    const config = readConfig(clickhouseSettings, { ...this.given.env, ...environment })
    const clickhouse = clickhouseClient(config)
    try {
      const stored = await storedWindowSizes(clickhouse, config.clickhouseDatabase)
      requireSameSizes(stored, sizes, '--windows')
    } finally {
      await clickhouse.close()
    }
  }

  /** Nobody opens a door to the network without having read what stands before it. */
  private tellWhoMayCome(): void {
    const { console } = this.given
    const { api, ingest } = this.hosts
    if (isOpen(api)) {
      console.event('warn', 'api', 'listens for other machines: they need tokens', {
        API_HOST: api,
        keys: 'AUTH_JWT_SECRET or AUTH_JWKS_URL, see docs/access.md',
      })
    }
    if (isOpen(ingest)) {
      console.event('warn', 'ingest', 'listens for other machines, which may send readings', {
        INGEST_HOST: ingest,
      })
    }
  }

  /**
   * Every process does this itself. A broker that is new takes a second over it and refuses many a request meanwhile,
   * which is no news here and would be a page of errors in the first process's log.
   */
  private async createTopics(): Promise<void> {
    if (this.stopping) return
    await ensureTopics(quietKafka([`${host}:${this.ports.kafka}`], { retries: 5 }))
  }

  private async wallboard(): Promise<void> {
    if (!this.given.wallboard) return
    const { env, console } = this.given
    const built = await buildWallboard(env, this.aborted.signal)
    if (built) console.event('info', 'wallboard', 'built')
  }
}

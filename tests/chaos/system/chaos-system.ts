import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { quietKafka } from '../../../deploy/local/supervise/probes.ts'
import { Watchdog } from '../../../deploy/local/supervise/watchdog.ts'
import { ensureTopics } from '../../../platform/kafka/ensure-topics.ts'
import { noSmallDisk } from '../../small-disk.ts'
import { instancesOfEach, smallDiskMembers } from './cast.ts'
import { freePorts } from './free-ports.ts'
import { Member } from './member.ts'
import { MemberDisk } from './member-disk.ts'
import { PartLogs } from './part-logs.ts'
import { portCount, type Specs, specsOf } from './specs.ts'

export interface ChaosSystemOptions {
  readonly dataDir: string
  readonly env: NodeJS.ProcessEnv
  readonly log: (line: string) => void
}

/** Three brokers, ClickHouse, the registry and two instances of every process, each a process of its own. */
export class ChaosSystem {
  readonly specs: Specs
  readonly logs: PartLogs
  private readonly log: (line: string) => void
  private readonly dataDir: string
  private readonly watchdog: Watchdog
  private readonly members = new Map<string, Member>()
  private readonly disks = new Map<string, MemberDisk>()
  private ended: Promise<void> | undefined

  private constructor(options: ChaosSystemOptions, firstPort: number) {
    const { dataDir, env, log } = options
    this.log = log
    this.dataDir = dataDir
    this.specs = specsOf(dataDir, firstPort, env)
    this.logs = new PartLogs(join(dataDir, 'logs'))
    this.watchdog = new Watchdog(reason => log(`no watchdog: ${reason}`))
    const { stores, instances, reserves } = this.specs
    const why = noSmallDisk()
    if (why !== null) log(`no disk will be full: ${why}`)
    for (const name of why === null ? smallDiskMembers : []) {
      this.disks.set(name, new MemberDisk(dataDir, name, this.logs.consoleOf(name)))
    }
    for (const spec of [...stores, ...instances, ...reserves]) {
      const console = this.logs.consoleOf(spec.name)
      const diskWatch = this.disks.get(spec.name)?.watch
      this.members.set(spec.name, new Member(spec, { console, env, watchdog: this.watchdog, diskWatch }))
    }
  }

  /** Prepared; nothing runs yet. */
  static async prepare(options: ChaosSystemOptions): Promise<ChaosSystem> {
    return new ChaosSystem(options, await freePorts(portCount))
  }

  /** Resolves when everything but the reserves is ready. */
  async start(signal: AbortSignal): Promise<void> {
    const { stores, instances, kafkaBrokers } = this.specs
    for (const store of stores) await store.preflight?.(this.log, signal)
    await Promise.all(stores.map(({ name }) => this.member(name).start()))
    this.log('brokers, ClickHouse and registry are ready')
    if (this.ended) return
    await ensureTopics(quietKafka(kafkaBrokers, { retries: 10 }))
    // First one of each, which finds an empty database: all at once they would only keep one another waiting.
    for (let number = 1; number <= instancesOfEach && !this.ended; number++) {
      const next = instances.filter(({ name }) => name.endsWith(`-${number}`))
      await Promise.all(next.map(({ name }) => this.member(name).start()))
      this.log(`instance ${number} of every process is ready`)
    }
  }

  /** Removes all data of a member that does not run; the folder stays, it may be a disk of its own. */
  async emptyData(name: string): Promise<void> {
    const folder = join(this.dataDir, name)
    for (const entry of await readdir(folder)) await rm(join(folder, entry), { recursive: true })
  }

  member(name: string): Member {
    const member = this.members.get(name)
    if (!member) throw new Error(`no member ${name}`)
    return member
  }

  /** @throws Error where it is on no small disk */
  disk(name: string): MemberDisk {
    const disk = this.disks.get(name)
    if (!disk) throw new Error(`${name} is on no small disk`)
    return disk
  }

  get onSmallDisks(): readonly string[] {
    return [...this.disks.keys()]
  }

  all(): readonly Member[] {
    return [...this.members.values()]
  }

  kafka(): Kafka {
    return quietKafka(this.specs.kafkaBrokers, { retries: 5 })
  }

  /** Stops everything, the processes before what they need; may be called at any time and again. */
  stop(): Promise<void> {
    this.ended ??= this.end(member => member.close())
    return this.ended
  }

  /** Ends everything at once. */
  async kill(): Promise<void> {
    await Promise.all(this.all().map(member => member.destroy()))
    this.closeDisks()
  }

  private async end(close: (member: Member) => Promise<void>): Promise<void> {
    const { stores } = this.specs
    const isStore = new Set(stores.map(({ name }) => name))
    await Promise.all(this.all().map(member => (isStore.has(member.name) ? undefined : close(member))))
    await Promise.all([...isStore].map(name => close(this.member(name))))
    this.closeDisks()
    this.watchdog.close()
    await this.logs.close()
  }

  private closeDisks(): void {
    for (const disk of this.disks.values()) disk.close()
  }
}

import type { AgendaOptions, Arrivals } from '../../../processors/census/census-agenda.ts'
import { CensusCycle, type CensusPorts } from '../../../processors/census/census-cycle.ts'
import type { CensusWindow, CountyCensus, StoredRegion } from '../../../processors/census/census-messages.ts'
import type { RegionalMessage } from '../../../processors/regional/regional-message.ts'
import { type Below, belowOfLineage } from '../../../schemas/clickhouse/census/census-sources.ts'

export const minute = 60_000
export const settleMs = 5_000
const province = '370000'
const record = 'radio_alarm'

/** A report of an alarm; its partition follows from the site. */
export interface Report {
  readonly site: number
  readonly county: string
  readonly time: number
  readonly critical: boolean
}

interface Logged extends Report {
  readonly partition: number
  readonly offset: number
}

/**
 * Topics, an archive and instances of radio_census, all in memory: whatever could happen to them in whatever order.
 * The archive and the instances move only when told to.
 */
export class CensusWorld {
  now: number
  readonly options: AgendaOptions
  readonly instances: Instance[] = []
  private readonly log: Logged[] = []
  private readonly stored = new Map([
    [0, 0],
    [1, 0],
  ])
  readonly regional: RegionalMessage[] = []
  private regionalStored = 0
  /** By window and region: the message of the greatest version, of equal ones the last. */
  private readonly kpi = new Map<number, Map<string, RegionalMessage>>()

  constructor(options: Partial<AgendaOptions> = {}, now = 100 * minute) {
    this.now = now
    this.options = {
      sizeMs: minute,
      windowsKept: 10_000,
      settleMs,
      windowsAtOnce: 7,
      ...options,
    }
  }

  instance(): Instance {
    return new Instance(this)
  }

  send(report: Report): void {
    const partition = report.site % 2
    const offset = this.log.filter(logged => logged.partition === partition).length
    this.log.push({ ...report, partition, offset })
  }

  /** The archive stores everything of a partition. */
  archive(partition: number): void {
    this.stored.set(partition, this.ends().get(partition) ?? 0)
  }

  archiveRegional(through = this.regional.length): void {
    for (const message of this.regional.slice(this.regionalStored, through)) {
      const regions = this.kpi.get(message.window_start) ?? new Map<string, RegionalMessage>()
      this.kpi.set(message.window_start, regions)
      if (message.version >= (regions.get(message.region)?.version ?? 0)) regions.set(message.region, message)
    }
    this.regionalStored = through
  }

  /** Starts of the windows that are stored, oldest first. */
  get windows(): readonly number[] {
    return [...this.kpi.keys()].sort((left, right) => left - right)
  }

  storedOf(start: number, region: string): RegionalMessage | undefined {
    return this.kpi.get(start)?.get(region)
  }

  /** The batch computation: what a census of everything ever sent gives. */
  batch(end: number, below?: Below): ReadonlyMap<string, CountyCensus> {
    const held = new Map<string, Logged>()
    const first = new Map<string, Logged>()
    for (const logged of this.log) {
      const { site, time, partition, offset } = logged
      if (time >= end || (below && offset >= (below.get(record)?.get(partition) ?? 0))) continue
      if (first.has(`${site}|${time}`)) continue
      first.set(`${site}|${time}`, logged)
      if (time >= (held.get(`${site}`)?.time ?? 0)) held.set(`${site}`, logged)
    }
    const counties = new Map<string, { measures: [number, number]; readings: number }>()
    const of = (county: string) => {
      const found = counties.get(county) ?? { measures: [0, 0], readings: 0 }
      counties.set(county, found)
      return found
    }
    for (const { county, critical } of held.values()) of(county).measures[0] += critical ? 1 : 0
    for (const { county } of first.values()) of(county).readings += 1
    return counties
  }

  /** What an instance sees. */
  ports(): CensusPorts {
    const stored = () => ({
      below: new Map([[record, new Map(this.stored)]] as const),
      assets: new Map([[0, 1]]),
    })
    return {
      stored: async () => stored(),
      ends: async () => ({ ...stored(), below: new Map([[record, this.ends()]] as const) }),
      regionalEnd: async () => new Map([[0, this.regional.length]]),
      regionalStored: async end => this.regionalStored >= (end.get(0) ?? 0),
      knownWindows: async oldest => {
        const told = this.windows.filter(start => this.storedOf(start, province))
        const [first] = told
        const last = told.at(-1)
        return {
          ever: first === undefined || last === undefined ? null : { first, last },
          windows: new Map(
            told
              .filter(start => start >= oldest)
              .map(start => [
                start,
                belowOfLineage('radio_census', this.storedOf(start, province)?.lineage ?? []),
              ]),
          ),
        }
      },
      arrivals: async (from, to, before, oldest) => this.arrivals(from, to, before, oldest),
      census: async (windows, below) =>
        new Map(windows.map(({ start, end }) => [start, this.batch(end, below)])),
      storedRegions: async windows => new Map(windows.map(window => [window.start, this.regionsOf(window)])),
      publish: async messages => void this.regional.push(...messages),
      now: () => this.now,
    }
  }

  private ends(): Map<number, number> {
    return new Map([0, 1].map(p => [p, this.log.filter(({ partition }) => partition === p).length]))
  }

  private arrivals(from: Below, to: Below, before: number, oldest: number): readonly Arrivals[] {
    const at = (below: Below, partition: number) => below.get(record)?.get(partition) ?? 0
    const arrivals = new Map<string, Arrivals>()
    for (const { partition, offset, time } of this.log) {
      if (offset < at(from, partition) || offset >= at(to, partition) || time >= before) continue
      const windowStart = Math.max(Math.floor(time / minute) * minute, oldest - minute)
      const key = `${partition}|${windowStart}`
      const messages = (arrivals.get(key)?.messages ?? 0) + 1
      arrivals.set(key, { record, partition, windowStart, lastOffset: offset, messages })
    }
    return [...arrivals.values()]
  }

  private regionsOf({ start }: CensusWindow): ReadonlyMap<string, StoredRegion> {
    return new Map(this.kpi.get(start) ?? [])
  }
}

/** Where a process may stop for any time: with its position read, or with its messages built. */
export type PausePoint = 'query' | 'publish'

/** A process that runs the census. */
export class Instance {
  private readonly world: CensusWorld
  private readonly ports: CensusPorts
  private readonly started: { readonly now: number; readonly regionalEnd: number }
  private cycle: CensusCycle | undefined
  private alive = true
  private looking: Promise<boolean> | undefined
  private stopped: (() => void) | undefined
  private release: (() => void) | undefined
  /** Where it stops next. */
  pauseAt: PausePoint | undefined

  constructor(world: CensusWorld) {
    this.world = world
    this.started = { now: world.now, regionalEnd: world.regional.length }
    const ports = world.ports()
    this.ports = {
      ...ports,
      census: async (windows, below) => {
        await this.pause('query')
        return ports.census(windows, below)
      },
      publish: async messages => {
        await this.pause('publish')
        if (this.alive) await ports.publish(messages)
      },
    }
  }

  /** One look, up to the point where it stops; whether it left something to do. */
  async look(): Promise<boolean> {
    if (!this.alive || this.release) return false
    const { now, options } = this.world
    if (!this.cycle) {
      if (!(await this.ports.regionalStored(new Map([[0, this.started.regionalEnd]])))) return true
      this.cycle = await CensusCycle.begin('radio_census', this.ports, options, this.started.now)
    }
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.stopped = () => resolve(true)
    this.looking = this.cycle.look(now).then(({ outcome }) => outcome !== 'idle')
    return Promise.race([this.looking, promise])
  }

  /** It goes on where it stopped. */
  async wakeUp(): Promise<void> {
    this.pauseAt = undefined
    this.release?.()
    this.release = undefined
    await this.looking
  }

  /** It never goes on. */
  kill(): void {
    this.alive = false
  }

  get waiting(): number {
    const { missing, late } = this.cycle?.waiting ?? { missing: 0, late: 0 }
    return missing + late
  }

  private async pause(point: PausePoint): Promise<void> {
    if (this.pauseAt !== point) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.release = resolve
    this.stopped?.()
    await promise
  }
}

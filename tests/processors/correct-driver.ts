import { correctedMessages } from '../../processors/correct/corrected-messages.ts'
import { PendingCorrections, type PendingWindow } from '../../processors/correct/pending-corrections.ts'
import { recomputeCounties, type StoredReading } from '../../processors/correct/recompute-counties.ts'
import {
  type Received,
  reachesStored,
  type StoredCounty,
  type StoredRegion,
  staleCounties,
  type WindowToCorrect,
} from '../../processors/correct/window-to-correct.ts'
import type { RegionalMessage } from '../../processors/regional/regional-message.ts'
import { compileMeasures } from '../../processors/windows/measure-program.ts'
import { partialPartition } from '../../processors/windows/partial.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import { records } from '../../schemas/records/records.ts'
import { identityOf } from '../identity.ts'
import type { TopologyDriver } from './topology-driver.ts'

/** What a corrector has computed and not yet published. */
interface Computed {
  readonly window: PendingWindow
  readonly messages: readonly RegionalMessage[]
}

/** One process of correct: what it knows, and what it is about to say. */
class Instance {
  readonly pending = new PendingCorrections({ settleMs: 0, longestWaitMs: 0 })
  readonly computed: Computed[] = []
  readonly positions: number[]

  constructor(positions: readonly number[]) {
    this.positions = [...positions]
  }
}

/**
 * archive and correct beside the other two, in memory: the archive is how far each log is stored, ClickHouse is what
 * that gives. The corrector that sleeps keeps its windows and may wake up after another one took over.
 */
export class CorrectDriver {
  private readonly driver: TopologyDriver
  private readonly latePartitions: number
  /** By input partition: the log below is stored and committed. */
  private readonly archived: number[]
  private regionalArchived = 0
  private readonly committed: number[]
  private owner: Instance
  private sleeper: Instance | undefined

  constructor(driver: TopologyDriver, latePartitions = 2) {
    this.driver = driver
    this.latePartitions = latePartitions
    this.archived = driver.logs.map(() => 0)
    this.committed = Array.from({ length: latePartitions }, () => 0)
    this.owner = new Instance(this.committed)
  }

  archive(partition: number, count = Number.POSITIVE_INFINITY): void {
    const end = this.driver.logs[partition]!.length
    this.archived[partition] = Math.min(end, this.archived[partition]! + count)
  }

  /** Reads late notices and computes what can be; says nothing yet. */
  compute(who: 'owner' | 'sleeper' = 'owner', atMost = Number.POSITIVE_INFINITY): void {
    const instance = who === 'owner' ? this.owner : this.sleeper
    if (!instance) return
    this.readNotices(instance)
    // `begin`: what was said so far is stored.
    this.regionalArchived = this.driver.regional.length
    const final = (start: number) => this.driver.isFinal(start)
    const stored = Map.groupBy(this.stored().values(), message => message.window_start)
    for (const window of instance.pending.take(this.driver.now, atMost)) {
      const found = this.windowOf(window, stored.get(window.windowStart) ?? [])
      const isStored = [...window.through].every(
        ([partition, through]) => this.archived[partition]! >= through,
      )
      if (!final(window.windowStart) || !isStored || !reachesStored(found)) {
        instance.pending.putBack(window, this.driver.now)
        continue
      }
      instance.computed.push({ window, messages: this.correct(found) })
    }
  }

  /** Says what was computed, up to `atMost` messages (a crash may come in between), and commits as its owner. */
  publish(who: 'owner' | 'sleeper' = 'owner', atMost = Number.POSITIVE_INFINITY): void {
    const instance = who === 'owner' ? this.owner : this.sleeper
    let left = atMost
    while (instance && left > 0 && instance.computed.length > 0) {
      const { window, messages } = instance.computed[0]!
      this.driver.regional.push(...messages.slice(0, left))
      left -= messages.length
      if (left < 0) return
      instance.computed.shift()
      instance.pending.done(window)
    }
    if (instance !== this.owner) return
    for (const [partition, offset] of instance.pending.committable()) this.committed[partition] = offset
  }

  /** Another process takes over; the old one forgets everything, or goes to sleep with it. */
  takeOver(sleeps: boolean): void {
    if (sleeps) this.sleeper = this.owner
    this.owner = new Instance(this.committed)
  }

  /** Nothing is left to do. */
  get settled(): boolean {
    return this.owner.pending.size === 0 && this.owner.computed.length === 0
  }

  /** What ClickHouse holds: the greatest version, of equal ones the last inserted. By `region|window start`. */
  stored(): Map<string, RegionalMessage> {
    const stored = new Map<string, RegionalMessage>()
    for (const message of this.driver.regional.slice(0, this.regionalArchived)) {
      if (message.status === 'provisional') continue
      const key = `${message.region}|${message.window_start}`
      const held = stored.get(key)
      if (!held || message.version >= held.version) stored.set(key, message)
    }
    return stored
  }

  archiveRegional(): void {
    this.regionalArchived = this.driver.regional.length
  }

  private readNotices(instance: Instance): void {
    const logs = Array.from({ length: this.latePartitions }, (_, partition) =>
      this.driver.late.filter(
        ({ window_start, window_ms }) =>
          partialPartition(window_start, window_ms, this.latePartitions) === partition,
      ),
    )
    logs.forEach((log, partition) => {
      for (let offset = instance.positions[partition]!; offset < log.length; offset++) {
        instance.pending.accept(partition, offset, this.driver.record, log[offset]!, this.driver.now)
      }
      instance.positions[partition] = log.length
    })
  }

  private correct(window: WindowToCorrect): RegionalMessage[] {
    const { record } = this.driver
    const { windowStart, sizeMs } = window
    const inWindow = this.readings(window)
    const counties = withSharedAssets(staleCounties(window), inWindow)
    const { suspectField, identity } = records[record]
    const program = compileMeasures(measureSets[record], identity)
    const readings = inWindow.filter(({ county }) => counties.includes(county))
    const totals = recomputeCounties(readings, { program, suspectField, windowStart, sizeMs })
    return correctedMessages({
      window,
      measures: program.measures,
      recomputed: new Map(counties.map(county => [county, totals.get(county)])),
      expected: this.driver.expected(windowStart, windowStart + sizeMs),
      reason: 'late',
      now: this.driver.now,
    })
  }

  private windowOf(
    { record, windowStart, sizeMs }: PendingWindow,
    stored: readonly RegionalMessage[],
  ): WindowToCorrect {
    const counties = new Map<string, StoredCounty>()
    const regions = new Map<string, StoredRegion>()
    for (const message of stored) {
      const { region, revision, version, readings, assets, expected, lineage, duplicates, measures } = message
      const kpis = new Map(message.kpis.map(({ kpi, ...values }) => [kpi, values]))
      regions.set(region, { revision, version, readings, assets, expected, kpis })
      const eventTimeMax = message.event_time_max ?? 0
      const totals = { readings, assets, expected, duplicates, eventTimeMax, measures }
      if (message.level === 'county') counties.set(region, { revision, version, lineage, totals })
    }
    const received = new Map<string, Map<number, Received>>()
    this.inWindow(windowStart, sizeMs, (partition, offset, county) => {
      const byPartition = received.get(county) ?? new Map<number, Received>()
      received.set(county, byPartition)
      const { messages = 0, first = offset } = byPartition.get(partition) ?? {}
      byPartition.set(partition, { messages: messages + 1, first, last: offset })
    })
    const vector = new Map(this.archived.entries())
    return { record, windowStart, sizeMs, vector, counties, regions, received }
  }

  private readings({ windowStart, sizeMs }: WindowToCorrect): StoredReading[] {
    const first = new Map<string, StoredReading>()
    this.inWindow(windowStart, sizeMs, (partition, offset, county) => {
      const { key, reading } = this.driver.logs[partition]![offset]!
      const identity = identityOf(this.driver.record, key, reading.event_time, reading)
      if (first.has(identity)) return
      const { event_time: eventTime } = reading
      first.set(identity, { assetId: key, county, eventTime, partition, offset, fields: reading })
    })
    return [...first.values()]
  }

  private inWindow(
    start: number,
    sizeMs: number,
    visit: (partition: number, offset: number, county: string) => void,
  ): void {
    this.driver.logs.forEach((log, partition) => {
      for (let offset = 0; offset < this.archived[partition]!; offset++) {
        const { event_time: time, county } = log[offset]!.reading
        if (time >= start && time < start + sizeMs) visit(partition, offset, county)
      }
    })
  }
}

/** These counties and all that share an asset with them, or with one of those. */
function withSharedAssets(counties: readonly string[], readings: readonly StoredReading[]): string[] {
  const closed = new Set(counties)
  const byAsset = [...Map.groupBy(readings, ({ assetId }) => assetId).values()]
  for (let size = -1; size < closed.size; ) {
    size = closed.size
    for (const own of byAsset)
      if (own.some(({ county }) => closed.has(county))) for (const { county } of own) closed.add(county)
  }
  return [...closed]
}

import type { Asset } from '../../platform/assets/asset.ts'
import { Expectations, type Expected } from '../../processors/regional/expectations.ts'
import type { RegionalMessage } from '../../processors/regional/regional-message.ts'
import { PartitionRollup } from '../../processors/rollup/partition-rollup.ts'
import type { Checkpoint } from '../../processors/windows/checkpoint.ts'
import { compileMeasures } from '../../processors/windows/measure-program.ts'
import { type LateNotice, type Partial, partialPartition } from '../../processors/windows/partial.ts'
import {
  type Outcome,
  PartitionAggregator,
  type Reading,
} from '../../processors/windows/partition-aggregator.ts'
import type { WindowSpec } from '../../processors/windows/window-spec.ts'
import { measureSets } from '../../schemas/measures/measures.ts'
import { supersedes } from '../../schemas/protocol/current-value.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import { records } from '../../schemas/records/records.ts'

export interface DriverOptions {
  readonly record: RecordId
  readonly spec: WindowSpec
  readonly partitions: number
  readonly partialPartitions?: number
  readonly outOfOrdernessMs?: number
  readonly assets?: readonly Asset[]
}

interface Logged {
  readonly key: string
  readonly reading: Reading
}

/**
 * aggregate -> rollup in one process with a manual clock and no broker: the logs are arrays, a commit is a variable,
 * and a crash is forgetting everything else.
 */
export class TopologyDriver {
  readonly logs: Logged[][]
  readonly outcomes: Record<Outcome, number> = {
    counted: 0,
    duplicate: 0,
    late: 0,
    replayed: 0,
    unknown_county: 0,
  }
  readonly late: LateNotice[] = []
  readonly regional: RegionalMessage[] = []
  now = 0
  private readonly options: Required<Omit<DriverOptions, 'assets'>>
  private readonly expectations = new Expectations()
  private readonly partialLogs: Partial[][]
  private aggregators: PartitionAggregator[] = []
  private rollups: PartitionRollup[] = []
  private sleepingAggregators: PartitionAggregator[] = []
  private sleepingRollups: PartitionRollup[] = []
  private readonly aggregateCommits: (Checkpoint | undefined)[]
  private readonly rollupCommits: (Checkpoint | undefined)[]

  constructor({ assets = [], ...options }: DriverOptions) {
    this.options = { partialPartitions: 2, outOfOrdernessMs: 0, ...options }
    this.logs = Array.from({ length: options.partitions }, () => [])
    this.partialLogs = Array.from({ length: this.options.partialPartitions }, () => [])
    this.aggregateCommits = this.logs.map(() => undefined)
    this.rollupCommits = this.partialLogs.map(() => undefined)
    for (const asset of assets) this.expectations.set(asset, undefined)
    this.crashAggregate()
    this.crashRollup()
  }

  get record(): RecordId {
    return this.options.record
  }

  /** Whether rollup has committed that this window is final. */
  isFinal(start: number): boolean {
    const { record, spec } = this.options
    const partition = partialPartition(start, spec.sizeMs, this.partialLogs.length)
    return (this.rollupCommits[partition]?.closed[record] ?? Number.NEGATIVE_INFINITY) >= start
  }

  expected(start: number, end: number): Expected {
    return this.expectations.of(this.options.record, start, end)
  }

  /** Appends a reading to the log; nobody has read it yet. */
  append(
    partition: number,
    key: string,
    reading: Record<string, unknown> & { event_time: number; county: string },
  ): void {
    this.logs[partition]!.push({ key, reading: { ...this.blank(), ...reading } as Reading })
  }

  /** Lets a partition's aggregator read up to `count` further readings. */
  read(partition: number, count = Number.POSITIVE_INFINITY): void {
    const aggregator = this.aggregators[partition]!
    const log = this.logs[partition]!
    for (let n = 0; n < count && aggregator.nextOffset < log.length; n++) {
      const offset = aggregator.nextOffset
      const { key, reading } = log[offset]!
      this.outcomes[aggregator.add(offset, Buffer.from(key), reading)]++
    }
  }

  /** The partition is at the end of its log and stays silent. */
  idle(partition: number, watermark: number): void {
    this.aggregators[partition]!.idle(watermark)
  }

  /** The partition was read to its end and stays silent for a window and its lateness. */
  idleAtEnd(partition: number): void {
    const aggregator = this.aggregators[partition]!
    const log = this.logs[partition]!
    if (aggregator.nextOffset < log.length || !Number.isFinite(aggregator.watermarkMs)) return
    const { sizeMs, latenessMs } = this.options.spec
    aggregator.idle(aggregator.watermarkMs + sizeMs + latenessMs)
  }

  /** Publishes what an aggregator has to say; commits when asked to. */
  flushAggregate(partition: number, commit = true): void {
    const aggregator = this.aggregators[partition]!
    this.publishPartials(aggregator)
    if (commit) this.aggregateCommits[partition] = aggregator.checkpoint()
  }

  private publishPartials(aggregator: PartitionAggregator): void {
    const partials = [...aggregator.takeClosed(), ...aggregator.takeChanged()]
    for (const partial of partials) {
      if (partial.kind === 'marker') for (const log of this.partialLogs) log.push(partial)
      else {
        const { window_start, window_ms } = partial
        this.partialLogs[partialPartition(window_start, window_ms, this.partialLogs.length)]!.push(partial)
      }
    }
    this.late.push(...aggregator.takeLate())
  }

  /** Lets every rollup read its log, publishes (final windows until there are `atMost` messages), and commits. */
  flushRollup(commit = true, atMost = Number.POSITIVE_INFINITY): void {
    this.rollups.forEach((rollup, i) => {
      this.rollUp(rollup, i)
      this.publishRegional(rollup, atMost)
      if (commit) this.rollupCommits[i] = rollup.checkpoint()
    })
  }

  private rollUp(rollup: PartitionRollup, partition: number): void {
    const log = this.partialLogs[partition]!
    while (rollup.nextOffset < log.length) {
      const partial = log[rollup.nextOffset]!
      rollup.accept(rollup.nextOffset, this.options.record, partial, this.now)
    }
  }

  private publishRegional(rollup: PartitionRollup, atMost: number): void {
    this.regional.push(...rollup.takeFinal(atMost), ...rollup.takeProvisional(this.now))
    this.late.push(...rollup.takeLate())
  }

  /** Others take over the aggregators' partitions; the old ones sleep with all they know, and may wake up. */
  putAggregatorsToSleep(): void {
    this.sleepingAggregators = this.aggregators
    this.crashAggregate()
  }

  /** A sleeper that does not know that it was replaced: it reads on and publishes; its commit is refused. */
  wakeAggregator(partition: number, count: number): void {
    const aggregator = this.sleepingAggregators[partition]
    if (!aggregator) return
    this.publishPartials(aggregator)
    const log = this.logs[partition]!
    for (let n = 0; n < count && aggregator.nextOffset < log.length; n++) {
      const { key, reading } = log[aggregator.nextOffset]!
      aggregator.add(aggregator.nextOffset, Buffer.from(key), reading)
    }
    this.publishPartials(aggregator)
  }

  /** @param read whether they still read what was there before they fall asleep, and say so only later */
  putRollupsToSleep(read: boolean): void {
    this.sleepingRollups = this.rollups
    if (read) for (const [i, rollup] of this.sleepingRollups.entries()) this.rollUp(rollup, i)
    this.crashRollup()
  }

  wakeRollups(read: boolean): void {
    this.sleepingRollups.forEach((rollup, i) => {
      if (read) this.rollUp(rollup, i)
      this.publishRegional(rollup, Number.POSITIVE_INFINITY)
    })
  }

  /** Everything in order: read all, flush, roll up. */
  settle(): void {
    this.logs.forEach((_, partition) => {
      this.read(partition)
      this.flushAggregate(partition)
    })
    this.flushRollup()
  }

  /** All aggregators forget what they did not commit. */
  crashAggregate(): void {
    const { record, spec, outOfOrdernessMs } = this.options
    const program = compileMeasures(measureSets[record], records[record].identity)
    this.aggregators = this.logs.map(
      (_, partition) =>
        new PartitionAggregator({
          record,
          partition,
          partitions: this.logs.length,
          spec,
          outOfOrdernessMs,
          program,
          suspectField: records[record].suspectField,
          start: this.aggregateCommits[partition]?.offset ?? 0,
          checkpoint: this.aggregateCommits[partition],
        }),
    )
  }

  crashRollup(): void {
    this.rollups = this.partialLogs.map(
      (_, partition) =>
        new PartitionRollup({
          partition,
          partitions: this.partialLogs.length,
          expected: (record, from, to) => this.expectations.of(record, from, to),
          start: this.rollupCommits[partition]?.offset ?? 0,
          checkpoint: this.rollupCommits[partition],
        }),
    )
  }

  /** What a consumer of kpi.regional holds in the end, by `region|window start`. */
  held(): Map<string, RegionalMessage> {
    const held = new Map<string, RegionalMessage>()
    for (const message of this.regional) {
      const key = `${message.region}|${message.window_start}`
      const before = held.get(key)
      if (!before || supersedes(message, before)) held.set(key, message)
    }
    return held
  }

  kpi(region: string, start: number, kpi: string): { value: number | null; status: string } | undefined {
    const message = this.held().get(`${region}|${start}`)
    const value = message?.kpis.find(candidate => candidate.kpi === kpi)
    return message && value ? { value: value.value, status: message.status } : undefined
  }

  private blank(): Record<string, null> {
    return Object.fromEntries(records[this.options.record].fields.map(({ name }) => [name, null]))
  }
}

/** An asset with nothing but what coverage needs. */
export function assetOf(
  asset: Pick<Asset, 'asset_id' | 'record' | 'kind' | 'county'> & globalThis.Partial<Asset>,
): Asset {
  return {
    name: null,
    lat: null,
    lon: null,
    period_s: null,
    capacity: null,
    length_km: null,
    voltage_kv: null,
    commissioned_at: null,
    retired_at: null,
    source_dataset: null,
    source_id: null,
    updated_at: 0,
    expected_from: null,
    former: [],
    ...asset,
  }
}

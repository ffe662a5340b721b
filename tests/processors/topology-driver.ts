import type { Asset } from '../../platform/assets/asset.ts'
import { Expectations } from '../../processors/regional/expectations.ts'
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

  /** Publishes what an aggregator has to say; commits when asked to. */
  flushAggregate(partition: number, commit = true): void {
    const aggregator = this.aggregators[partition]!
    const partials = [...aggregator.takeClosed(), ...aggregator.takeChanged()]
    for (const partial of partials) {
      if (partial.kind === 'marker') for (const log of this.partialLogs) log.push(partial)
      else {
        const { window_start, window_ms } = partial
        this.partialLogs[partialPartition(window_start, window_ms, this.partialLogs.length)]!.push(partial)
      }
    }
    this.late.push(...aggregator.takeLate())
    if (commit) this.aggregateCommits[partition] = aggregator.checkpoint()
  }

  /** Lets every rollup read its log, publishes (final windows until there are `atMost` messages), and commits. */
  flushRollup(commit = true, atMost = Number.POSITIVE_INFINITY): void {
    this.rollups.forEach((rollup, i) => {
      const log = this.partialLogs[i]!
      while (rollup.nextOffset < log.length) {
        const partial = log[rollup.nextOffset]!
        rollup.accept(rollup.nextOffset, this.options.record, partial, this.now)
      }
      this.regional.push(...rollup.takeFinal(atMost), ...rollup.takeProvisional(this.now))
      this.late.push(...rollup.takeLate())
      if (commit) this.rollupCommits[i] = rollup.checkpoint()
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
    const program = compileMeasures(measureSets[record])
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
    ...asset,
  }
}
